#include "admin/streams.h"

#include <atomic>
#include <boost/json.hpp>
#include <mutex>
#include <stdexcept>
#include <vector>

#include "admin/test_sources.h"
#include "support/captured_log.h"
#include "support/catch.h"
#include "support/eventually.h"
#include "support/http_message.h"

namespace taskgate::admin {
namespace {

using namespace std::chrono_literals;
using test::ask;
using test::eventually;
using test::http_request;
using test::RawClient;

// A gate whose state the test changes while the server's threads look at it. They are counted.
class WatchedGate {
 public:
  std::atomic<int> looks = 0;
  std::atomic<int> listings = 0;
  observe::Metrics metrics{{}};

  void change(const std::function<void(std::optional<observe::Status>&)>& change) {
    const std::lock_guard lock(mutex_);
    change(status_);
  }
  void set_live(int live) {
    change([&](auto& status) { status->gate.live = live; });
  }

  Sources sources() {
    return {[this] {
              ++listings;
              return status();
            },
            [this] {
              ++looks;
              return status();
            },
            [] { return std::optional<std::string>("limit: 12\n"); }, &metrics};
  }

 private:
  std::optional<observe::Status> status() {
    const std::lock_guard lock(mutex_);
    return status_;
  }

  std::mutex mutex_;
  std::optional<observe::Status> status_ = observe::sample_status();
};

// Looks come fast; what else is a matter of time never comes, unless a test wants it.
Server::Limits limits() {
  return {.lifetime = 1h,
          .connections = 128,
          .streams = {.streams = 16, .look = 1ms, .listing = 1h, .heartbeat = 1h, .stalled = 1h}};
}

RawClient watcher(const Server& server, const std::string& target = "/events") {
  RawClient client(server.port());
  client.send(http_request("GET", target));
  return client;
}

// The next event with its end. What stands before the first one is passed over.
std::string next_event(RawClient& client) {
  client.read_until("event: ");
  return client.read_until("\n\n");
}

int live_of(const std::string& event) {
  const std::string name = "status\ndata: ";
  REQUIRE(event.starts_with(name));
  return boost::json::parse(event.substr(name.size())).at("live").to_number<int>();
}

TEST_CASE("A stream begins with the state, and goes on when it changes") {
  WatchedGate gate;
  const Server server(kAnyPort, gate.sources(), limits());
  RawClient client = watcher(server);
  const std::string head = client.read_head();
  CHECK(head.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(head.find("\r\nContent-Type: text/event-stream\r\n") != std::string::npos);
  CHECK(head.find("\r\nCache-Control: no-store\r\n") != std::string::npos);
  CHECK(head.find("Content-Length") == std::string::npos);
  CHECK(client.read_until("\n\n") == "retry: 2000\n\n");
  CHECK(live_of(next_event(client)) == 3);
  gate.set_live(4);
  CHECK(live_of(next_event(client)) == 4);
}

TEST_CASE("What only grows older is no reason for an event") {
  WatchedGate gate;
  gate.change([](auto& status) { status = observe::status_with_classes(); });
  const Server server(kAnyPort, gate.sources(), limits());
  RawClient client = watcher(server);
  next_event(client);
  const int looks = gate.looks;
  gate.change([](auto& status) {
    status->gate.signal_age = 300ms;
    status->gate.details_age = 800ms;
    status->gate.turnover.watched += 1s;
    status->taken += 1s;
  });
  eventually("the state is looked at again", [&] { return gate.looks > looks + 10; });
  CHECK(client.pending().empty());
  gate.set_live(5);
  CHECK(live_of(next_event(client)) == 5);
}

TEST_CASE("Where nothing changes an event comes all the same after a while") {
  WatchedGate gate;
  auto quick = limits();
  quick.streams.heartbeat = 1ms;
  const Server server(kAnyPort, gate.sources(), quick);
  RawClient client = watcher(server);
  for (int i = 0; i < 5; ++i) CHECK(live_of(next_event(client)) == 3);
}

TEST_CASE("The page's stream carries the state as the page shows it") {
  WatchedGate gate;
  const Server server(kAnyPort, gate.sources(), limits());
  RawClient client = watcher(server, "/events?page");
  const std::string event = next_event(client);
  CHECK(event.starts_with("page\ndata: <div id=\"about\" data-title=\"3 / 12 alice taskgate\""));
  CHECK(event.find("\ndata: <tr><td class=\"name\" title=\"kube-coder-a\">a</td>") !=
        std::string::npos);
}

TEST_CASE("The page's stream keeps the order that the page was asked for") {
  CHECK_FALSE(form_of("/events"));
  CHECK(form_of("/events?page") == Order::oldest_first);
  CHECK(form_of("/events?page&sort=idle") == Order::idle_first);
  CHECK(form_of("/events?page&sort=origin") == Order::by_origin);
  CHECK(form_of("/events?page&sort=none") == Order::oldest_first);
}

TEST_CASE("A count that the gate learned anyway is not listed again") {
  WatchedGate gate;
  const Server server(kAnyPort, gate.sources(), limits());
  RawClient client = watcher(server);
  eventually("the state was looked at often", [&] { return gate.looks > 20; });
  CHECK(gate.listings == 0);
}

TEST_CASE("An old look is taken again, once for all who watch and no oftener than said") {
  WatchedGate gate;
  // Creates have counted just now, which tells nothing of the details.
  gate.change([](auto& status) { status->gate.details_age = 2h; });
  const Server server(kAnyPort, gate.sources(), limits());
  std::vector<RawClient> clients;
  for (int i = 0; i < 5; ++i) clients.push_back(watcher(server));
  for (RawClient& client : clients) next_event(client);
  const int looks = gate.looks;
  eventually("the state was looked at often", [&] { return gate.looks > looks + 20; });
  CHECK(gate.listings == 1);
}

TEST_CASE("While nobody watches nobody looks") {
  WatchedGate gate;
  const Server server(kAnyPort, gate.sources(), limits());
  CHECK(ask(server.port(), http_request("GET", "/livez")).status == 200);
  CHECK(gate.looks == 0);
  {
    RawClient client = watcher(server);
    next_event(client);
  }
  eventually("the last one who watched is missed", [&] {
    const int looks = gate.looks;
    for (int i = 0; i < 20; ++i) ask(server.port(), http_request("GET", "/livez"));
    return gate.looks == looks;
  });
  RawClient next = watcher(server);
  CHECK(live_of(next_event(next)) == 3);
}

TEST_CASE("Streams are few, and probes and scrapes are answered beside them") {
  WatchedGate gate;
  auto few = limits();
  few.streams.streams = 2;
  const Server server(kAnyPort, gate.sources(), few);
  std::optional<RawClient> first(watcher(server));
  RawClient second = watcher(server);
  next_event(*first);
  next_event(second);
  const auto refused = ask(server.port(), http_request("GET", "/events"));
  CHECK(refused.status == 503);
  CHECK(refused.field("Retry-After") == "5");
  CHECK(refused.body == "Too many clients watch already; GET /status shows the state as well.\n");
  for (const char* path : {"/livez", "/readyz", "/metrics", "/status", "/"}) {
    INFO(path);
    CHECK(ask(server.port(), http_request("GET", path)).status == 200);
  }
  first.reset();
  eventually("a place is free again", [&] {
    RawClient third = watcher(server);
    return third.read_head().starts_with("HTTP/1.1 200 ");
  });
}

TEST_CASE("A stream outlives the lifetime of a connection") {
  WatchedGate gate;
  auto short_lived = limits();
  short_lived.lifetime = 20ms;
  const Server server(kAnyPort, gate.sources(), short_lived);
  RawClient client = watcher(server);
  next_event(client);
  RawClient silent(server.port());
  CHECK(silent.peer_closed());
  gate.set_live(7);
  CHECK(live_of(next_event(client)) == 7);
}

TEST_CASE("A client that does not read is cut, and its place is free") {
  WatchedGate gate;
  gate.change([](auto& status) {
    status->gate.holders.assign(20'000, {"kube-coder-x", 1, 1'700'000'000, gate::Origin::created});
  });
  auto strict = limits();
  strict.streams.streams = 1;
  strict.streams.heartbeat = 1ms;
  strict.streams.stalled = 20ms;
  const Server server(kAnyPort, gate.sources(), strict);
  RawClient deaf = watcher(server);
  eventually("the deaf one is cut", [&] {
    RawClient next = watcher(server);
    return next.read_head().starts_with("HTTP/1.1 200 ");
  });
}

TEST_CASE("A loop that does not answer is told on the stream, in both forms") {
  WatchedGate gate;
  gate.change([](auto& status) { status.reset(); });
  const Server server(kAnyPort, gate.sources(), limits());
  RawClient client = watcher(server);
  CHECK(next_event(client) ==
        "unanswered\ndata: The gate's event loop did not answer in time, so its state is not "
        "known.\n\n");
  RawClient page = watcher(server, "/events?page");
  CHECK(next_event(page).find("did not answer in time") != std::string::npos);
  gate.change([](auto& status) { status = observe::sample_status(); });
  CHECK(live_of(next_event(client)) == 3);
}

TEST_CASE("A source that fails does not end the stream") {
  test::CapturedLog log;
  WatchedGate gate;
  Sources sources = gate.sources();
  std::atomic<bool> fails = true;
  sources.shallow_status = [&]() -> std::optional<observe::Status> {
    if (fails) throw std::runtime_error("no luck");
    return observe::sample_status();
  };
  const Server server(kAnyPort, sources, limits());
  RawClient client = watcher(server);
  CHECK(next_event(client).starts_with("unanswered\n"));
  CHECK(log.text().find(R"("reason":"no luck","detail":")") != std::string::npos);
  fails = false;
  CHECK(live_of(next_event(client)) == 3);
}

TEST_CASE("HEAD gives the head of the stream and an end") {
  WatchedGate gate;
  const Server server(kAnyPort, gate.sources(), limits());
  RawClient client(server.port());
  client.send(http_request("HEAD", "/events"));
  const std::string answer = client.read_to_end();
  CHECK(answer.find("\r\nContent-Type: text/event-stream\r\n") != std::string::npos);
  CHECK(answer.ends_with("\r\n\r\n"));
  CHECK(gate.looks == 0);
}

TEST_CASE("The server ends while streams are open") {
  WatchedGate gate;
  std::optional<Server> server;
  server.emplace(kAnyPort, gate.sources(), limits());
  std::vector<RawClient> clients;
  for (int i = 0; i < 5; ++i) clients.push_back(watcher(*server));
  for (RawClient& client : clients) next_event(client);
  server.reset();
  for (RawClient& client : clients) CHECK(client.peer_closed());
}

}  // namespace
}  // namespace taskgate::admin
