// Many clients of the admin port at once: who waits for whom, who gives way, who shares an answer.
#include <atomic>
#include <regex>
#include <set>
#include <vector>

#include "admin/get.h"
#include "admin/test_sources.h"
#include "support/catch.h"
#include "support/eventually.h"

namespace taskgate::admin {
namespace {

using test::http_request;
using test::RawClient;

// Connections that have said half of a request.
std::vector<RawClient> idle_clients(const Server& server, int count) {
  std::vector<RawClient> clients;
  for (int i = 0; i < count; ++i) {
    clients.emplace_back(server.port()).send("GET /livez HTTP/1.1\r\n");
  }
  return clients;
}

TEST_CASE("A probe does not wait for connections that say nothing") {
  TestSources sources;
  const Server server(kAnyPort, sources.sources(), {std::chrono::hours(1), 128});
  std::vector<RawClient> idle = idle_clients(server, 100);
  CHECK(get(server, "/livez").status == 200);
  CHECK(get(server, "/readyz").status == 200);
  CHECK(get(server, "/metrics").status == 200);
  // They were neither answered nor closed for it, and each still is when it goes on.
  for (RawClient& client : idle) {
    CHECK(client.pending().empty());
    client.send("Host: x\r\n\r\n");
    CHECK(client.read_to_end().starts_with("HTTP/1.1 200 OK\r\n"));
  }
}

TEST_CASE("When there are too many connections the oldest gives way") {
  TestSources sources;
  const Server server(kAnyPort, sources.sources(), {std::chrono::hours(1), 4});
  std::vector<RawClient> idle = idle_clients(server, 20);
  CHECK(get(server, "/livez").status == 200);
  for (std::size_t i = 0; i < 17; ++i) CHECK(idle[i].peer_closed());
  idle.back().send("Host: x\r\n\r\n");
  CHECK(idle.back().read_to_end().starts_with("HTTP/1.1 200 OK\r\n"));
}

// Answers for the state are made one at a time, and only when the test says so.
struct HeldState {
  explicit HeldState(Sources& given) {
    given.status = [this, state = given.status]() -> std::optional<observe::Status> {
      ++asked;
      released.wait("the test lets the answer be made");
      return state();
    };
  }

  void wait_until_asked() const {
    test::eventually("an answer is being made", [&] { return asked == 1; });
  }

  std::atomic<int> asked = 0;
  test::Flag released;
};

TEST_CASE("Those who ask the same at the same time share one answer, made after they asked") {
  TestSources sources;
  Sources given = sources.sources();
  HeldState held(given);
  const Server server(kAnyPort, given);
  RawClient first(server.port());
  first.send(http_request("GET", "/status"));
  held.wait_until_asked();
  std::vector<RawClient> others;
  for (int i = 0; i < 60; ++i) {
    others.emplace_back(server.port()).send(http_request("GET", "/status"));
  }
  // Probes are answered on the same thread behind them: the requests above have been read by then.
  CHECK(get(server, "/livez").status == 200);
  held.released.set();
  CHECK(first.read_to_end().starts_with("HTTP/1.1 200 OK\r\n"));
  for (RawClient& client : others) {
    CHECK(client.read_to_end().find("{\"live\":3,") != std::string::npos);
  }
  CHECK(held.asked == 2);
}

TEST_CASE("Those who share the page do not share its nonce") {
  TestSources sources;
  Sources given = sources.sources();
  HeldState held(given);
  const Server server(kAnyPort, given);
  std::vector<RawClient> clients;
  for (int i = 0; i < 3; ++i) {
    clients.emplace_back(server.port()).send(http_request("GET", "/"));
    held.wait_until_asked();
  }
  CHECK(get(server, "/livez").status == 200);
  held.released.set();
  std::set<std::string> nonces;
  for (RawClient& client : clients) {
    const std::string answer = client.read_to_end();
    std::smatch found;
    REQUIRE(std::regex_search(answer, found, std::regex("<script nonce=\"([0-9a-f]{32})\">")));
    CHECK(answer.find("script-src 'nonce-" + found[1].str() + "'") != std::string::npos);
    nonces.insert(found[1].str());
  }
  CHECK(held.asked == 2);
  CHECK(nonces.size() == 3);
}

TEST_CASE("A request that is whole is answered however many newcomers there are") {
  TestSources sources;
  Sources given = sources.sources();
  HeldState held(given);
  const Server server(kAnyPort, given, {std::chrono::hours(1), 4});
  std::vector<RawClient> waiting;
  for (int i = 0; i < 3; ++i) {
    waiting.emplace_back(server.port()).send(http_request("GET", "/status"));
    CHECK(get(server, "/livez").status == 200);  // it has been read by then
  }
  std::vector<RawClient> silent = idle_clients(server, 20);
  CHECK(get(server, "/livez").status == 200);  // each of them gave way
  waiting.emplace_back(server.port()).send(http_request("GET", "/metrics"));
  // There is room for nobody else now: these wait in the listen backlog.
  std::vector<RawClient> late;
  for (int i = 0; i < 20; ++i) {
    late.emplace_back(server.port()).send(http_request("GET", i % 2 ? "/status" : "/livez"));
  }
  held.released.set();
  for (RawClient& client : waiting) {
    CHECK(client.read_to_end().starts_with("HTTP/1.1 200 OK\r\n"));
  }
  for (RawClient& client : late) {
    CHECK(client.read_to_end().starts_with("HTTP/1.1 200 OK\r\n"));
  }
}

TEST_CASE("Clients that leave are counted until the answer that they wait for is made") {
  TestSources sources;
  Sources given = sources.sources();
  HeldState held(given);
  const Server server(kAnyPort, given, {std::chrono::hours(1), 4});
  for (int i = 0; i < 4; ++i) {
    RawClient client(server.port());
    client.send(http_request("GET", "/status"));
    client.reset();
  }
  held.wait_until_asked();
  RawClient next(server.port());
  next.send(http_request("GET", "/livez"));
  held.released.set();
  CHECK(next.read_to_end().starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(get(server, "/status").status == 200);
}

TEST_CASE("A connection that says nothing is closed when its lifetime is over") {
  TestSources sources;
  const Server server(kAnyPort, sources.sources(), {std::chrono::milliseconds(20), 128});
  RawClient silent(server.port());
  CHECK(silent.peer_closed());
  RawClient slow(server.port());
  CHECK(slow.try_send("GET /livez HTT"));
  CHECK(slow.peer_closed());
  CHECK(slow.received().empty());
}

TEST_CASE("Answers that wait for a listing do not hold up probes") {
  TestSources sources;
  Sources given = sources.sources();
  HeldState held(given);
  const Server server(kAnyPort, given, {std::chrono::hours(1), 128});
  std::vector<RawClient> waiting;
  for (int i = 0; i < 20; ++i) {
    waiting.emplace_back(server.port()).send(http_request("GET", i % 2 ? "/status" : "/metrics"));
  }
  CHECK(get(server, "/livez").status == 200);
  CHECK(get(server, "/readyz").status == 200);
  CHECK(get(server, "/config").status == 200);
  held.released.set();
  for (RawClient& client : waiting) {
    CHECK(client.read_to_end().starts_with("HTTP/1.1 200 OK\r\n"));
  }
}

TEST_CASE("A client that leaves while its answer is made costs nothing") {
  TestSources sources;
  Sources given = sources.sources();
  HeldState held(given);
  const Server server(kAnyPort, given);
  RawClient client(server.port());
  client.send(http_request("GET", "/status"));
  held.wait_until_asked();
  client.reset();
  held.released.set();
  CHECK(get(server, "/status").status == 200);
}

TEST_CASE("The server ends while connections are idle and answers are being made") {
  TestSources sources;
  Sources given = sources.sources();
  HeldState held(given);
  std::optional<Server> server;
  server.emplace(kAnyPort, given);
  std::vector<RawClient> idle = idle_clients(*server, 3);
  std::vector<RawClient> waiting;
  for (int i = 0; i < 5; ++i) {
    waiting.emplace_back(server->port()).send(http_request("GET", "/status"));
  }
  held.wait_until_asked();
  held.released.set();
  server.reset();
  for (RawClient& client : idle) CHECK(client.peer_closed());
  for (RawClient& client : waiting) CHECK(client.peer_closed());
}

}  // namespace
}  // namespace taskgate::admin
