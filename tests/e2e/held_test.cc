// Crowds that make the gate hold something for each of them: it stays within what limits.held and
// its container allow, whoever behaves well is served meanwhile, and the memory goes back.
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdio>
#include <list>
#include <semaphore>

#include "e2e/wire_world.h"
#include "support/catch.h"

namespace taskgate::test {
namespace {

// What the process stays within, by docs/configuration.md; with the default of 32 MiB it is what
// the chart gives the container. One that was not optimized has more pages of code, some of which
// come in only later.
std::size_t most_kib(std::size_t fresh_kib, std::size_t held_mib) {
  const std::size_t process = std::max<std::size_t>(8 * 1024, fresh_kib + fresh_kib / 4);
  return process + (held_mib + held_mib * 3 / 4) * 1024;
}
constexpr std::size_t kUsualMib = 32;

// Who has not moved for so long may have to give way, a reader too.
constexpr Duration kStill = std::chrono::milliseconds(500);

constexpr std::size_t kRecord = 192;  // with what the heap adds to it, in bytes

const std::string kGaveWay = "taskgate_connections_gave_way_total";

// This process holds the clients.
void raise_own_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

void limit_receiving(const RawClient& client, int bytes) {
  ::setsockopt(client.descriptor(), SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

std::string head_part(const std::string& method, const std::string& target, std::size_t bytes) {
  return method + " " + target + " HTTP/1.1\r\nHost: h\r\nCookie: " + std::string(bytes, 'x');
}

// For as long as the crowd may take to gather.
constexpr Duration kForGood = std::chrono::hours(1);

// Answers reads, sends without end where that is asked for, and keeps silent otherwise.
void serve(RawConnection& connection) {
  const std::string head = connection.read_head();
  if (head.starts_with("GET / ")) {
    connection.send(kNoContent);
  } else if (head.starts_with("GET /endless ")) {
    const std::string piece(16 * 1024, 'x');
    connection.send("HTTP/1.0 200 OK\r\n\r\n");
    while (connection.try_send(piece)) continue;
  } else if (head.starts_with("GET /tunnel ")) {
    connection.send("HTTP/1.1 101 S\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n");
    connection.peer_closed(kForGood);
  } else {
    connection.peer_closed(kForGood);
  }
}

// A crowd has the upstream's threads made one by one, which takes its time.
Gate::Settings with_patience(Gate::Settings settings) {
  settings.emplace("timeouts.connect", "1m");
  return settings;
}

struct Attack {
  explicit Attack(const Gate::Settings& settings) : world(serve, with_patience(settings)) {
    raise_own_limit();
  }

  // Five times meanwhile somebody else asks, with a head that needs more than the first buffer. Who
  // has to give way while it still sends may be cut, and its test goes on.
  void gather(int count, const std::string& bytes, int receive_buffer = 0) {
    for (int i = 0; i < count; ++i) {
      RawClient& client = crowd.emplace_back(world.port());
      if (receive_buffer > 0) limit_receiving(client, receive_buffer);
      client.try_send(bytes);
      if ((i + 1) * 5 / count != i * 5 / count) check_others();
    }
  }

  // On a machine that is busy enough even a request that nobody keeps waiting may take so long that
  // it has to give way; who is told so asks again.
  void check_others() {
    const std::string request = head_part("GET", "/", 6 * 1024) + "\r\n\r\n";
    eventually("somebody else is served", [&] {
      const TimePoint began = Clock::now();
      const int status = world.front.ask(request).status;
      if (status == 503 && Clock::now() - began >= kStill) return false;
      CHECK(status == 204);
      return true;
    });
  }

  void check_that_some_give_way() {
    eventually("those that stall give way", [&] { return world.front.metric(kGaveWay) > 0; });
    check_others();
  }

  // That the crowd has gone is told by half as much again as there was before it came, and by what
  // the loop keeps of each descriptor for the next one.
  void check_memory(const char* what, std::size_t held_mib = kUsualMib) {
    const std::size_t peak = world.front.gate.peak_kib();
    std::printf("%s: %zu KiB resident at most\n", what, peak);
    CHECK(peak < most_kib(fresh, held_mib));
    const std::size_t records = crowd.size() * 2 * kRecord / 1024;
    for (RawClient& client : crowd) client.reset();
    crowd.clear();
    const std::size_t little = fresh + fresh / 2 + records;
    const std::string what_is_wanted = "it goes back below " + std::to_string(little) +
                                       " KiB, from " + std::to_string(fresh) + " before the crowd";
    eventually(what_is_wanted, [&] { return world.front.gate.resident_kib() < little; });
    std::printf("%s: %zu KiB before, %zu after\n", what, fresh, world.front.gate.resident_kib());
    eventually("nothing is held any more",
               [&] { return world.front.metric("taskgate_held_bytes") < 100'000; });
  }

  ScriptedWorld world;
  std::size_t fresh = world.front.gate.resident_kib();
  std::list<RawClient> crowd;
};

TEST_CASE("a crowd of unfinished heads keeps within limits.held, and others are served") {
  Attack attack(Gate::Settings{{"timeouts.head", "1m"}});
  attack.gather(1000, head_part("GET", "/", 60'000));
  attack.check_that_some_give_way();
  attack.check_memory("1000 unfinished heads of 60 KB");
}

TEST_CASE("those of a crowd that give way before they are forwarded are told so") {
  const std::string unfinished = head_part("GET", "/", 60'000);
  const std::string traced = "0af7651916cd43dd8448eb211c80319c";
  const std::string bodyless = unfinished + "\r\nTraceparent: 00-" + traced +
                               "-b7ad6b7169203331-01\r\nTransfer-Encoding: chunked\r\n\r\n";
  const bool has_head = GENERATE(false, true);
  Attack attack(
      Gate::Settings{{"timeouts.head", "1m"}, {"limits.held", "1MiB"}, {"log.access", "all"}});
  attack.gather(40, has_head ? bodyless : unfinished);
  attack.check_that_some_give_way();
  eventually("one is told", [&] {
    for (RawClient& client : attack.crowd) {
      if (client.pending().starts_with("HTTP/1.1 503 ")) return true;
    }
    return false;
  });
  if (has_head) {
    attack.world.front.gate.process().wait_for_line("\"status\":503.*\"trace_id\":\"" + traced);
  }
}

TEST_CASE("a crowd of creates that wait keeps within limits.held, and others are served") {
  Attack attack(Gate::Settings{{"limit", "1"}, {"admission.wait", "1m"}});
  const std::string create =
      head_part("POST", kCreate, 60'000) + "\r\nContent-Length: 50000\r\n\r\n";
  const std::string body(50'000, ' ');
  attack.gather(600, create + body);
  attack.check_that_some_give_way();
  attack.check_memory("600 creates of 110 KB that wait");
}

TEST_CASE("a crowd of requests that are not answered keeps within limits.held") {
  Attack attack(Gate::Settings{{"limits.held", "2MiB"}});
  attack.gather(600, http_request("GET", "/silent"));
  attack.check_that_some_give_way();
}

// More than the gate can carry at once, each with little: what connections cost is what counts.
constexpr int kMany = 2500;
const Gate::Settings kLittle{{"limits.held", "8MiB"}, {"timeouts.head", "1m"}};

TEST_CASE("a crowd of unfinished heads of many lines keeps within limits.held, and goes back") {
  Attack attack(kLittle);
  std::string part = "GET / HTTP/1.1\r\nHost: h\r\n";
  for (int i = 0; i < 97; ++i) part += "a:b\r\n";
  attack.gather(kMany, part);
  attack.check_memory("2500 unfinished heads of 97 lines", 8);
}

TEST_CASE("a crowd of unfinished heads of 12 KB keeps within limits.held, and goes back") {
  Attack attack(kLittle);
  attack.gather(kMany, head_part("GET", "/", 12'000));
  attack.check_that_some_give_way();
  attack.check_memory("2500 unfinished heads of 12 KB", 8);
}

TEST_CASE("a crowd of heads of many lines without an answer keeps within limits.held") {
  Attack attack(kLittle);
  std::string head = "GET /silent HTTP/1.1\r\nHost: h\r\n";
  for (int i = 0; i < 97; ++i) head += "a:b\r\n";
  attack.gather(kMany, head + "\r\n");
  attack.check_that_some_give_way();
  attack.check_memory("2500 heads of 97 lines that are not answered", 8);
}

TEST_CASE("a crowd of tunnels keeps within limits.held, and goes back") {
  Attack attack(kLittle);
  const std::string head =
      "GET /tunnel HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n";
  attack.gather(kMany, head);
  attack.check_that_some_give_way();
  attack.check_memory("2500 tunnels", 8);
}

TEST_CASE("a crowd that pipelines keeps within limits.held, and goes back") {
  Attack attack(Gate::Settings{});
  std::string requests = http_request("GET", "/silent");
  while (requests.size() < 40'000) requests += http_request("GET", "/");
  attack.gather(500, requests);
  attack.check_memory("500 that pipeline 40 KB");
}

TEST_CASE("a crowd of slow readers keeps within limits.held, and others are served") {
  Attack attack(Gate::Settings{});
  attack.gather(500, http_request("GET", "/endless"), 4096);
  attack.check_memory("500 slow readers");
}

// For the name of the session in it. Piece by piece, so that no buffer grows.
TEST_CASE("what is kept of a create's answer is held, until it is too long to be looked into") {
  const std::string piece(1000, ' ');
  std::counting_semaphore<> wanted(0);
  const ScriptedWorld world([&](RawConnection& connection) {
    read_request(connection);
    connection.send("HTTP/1.1 201 Created\r\nContent-Length: 80000\r\n\r\n");
    for (int i = 0; i < 80 && wanted.try_acquire_for(kPatience); ++i) connection.send(piece);
  });
  const std::string kHeld = "taskgate_held_bytes";
  RawClient client(world.port());
  client.send(http_request("POST", kCreate, "{}"));
  client.read_head();
  const auto pass = [&](int pieces) {
    for (int i = 0; i < pieces; ++i) {
      wanted.release();
      client.read_exact(piece.size());
    }
  };
  pass(60);
  CHECK(world.front.metric(kHeld) > 60'000);
  pass(10);
  eventually("nothing is kept any more", [&] { return world.front.metric(kHeld) < 20'000; });
  pass(10);
}

TEST_CASE("what is kept of the answer that tells an item's kind is held until it has been read") {
  const std::string half(150'000, ' ');
  Flag goes_on;
  const ScriptedWorld world([&](RawConnection& connection) {
    if (connection.read_head().starts_with("GET ")) {
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 150002\r\n\r\n" + half);
      goes_on.wait("the rest of the answer is wanted");
      connection.send("{}");
    }
    connection.peer_closed();
  });
  RawClient client(world.port());
  client.send(http_request("POST", "/api/desktop/ab/launch", "{}"));
  eventually("it is held", [&] { return world.front.metric("taskgate_held_bytes") > 150'000; });
  goes_on.set();
  eventually("it is not, while the create is under way",
             [&] { return world.front.metric("taskgate_held_bytes") < 20'000; });
}

TEST_CASE("creates whose bodies stall give way to others that need admission.body_total") {
  Attack attack(
      Gate::Settings{{"admission.body_total", "64KiB"}, {"admission.body_limit", "64KiB"}});
  const std::string part = "POST " + kCreate +
                           " HTTP/1.1\r\nHost: h\r\nContent-Length: 60000\r\n\r\n" +
                           std::string(30'000, ' ');
  attack.gather(3, part);
  attack.check_that_some_give_way();
}

}  // namespace
}  // namespace taskgate::test
