// Thousands of clients that connect and do not finish their request: they harm nobody else.
#include <sys/resource.h>

#include <cstdio>
#include <list>

#include "e2e/gated_world.h"
#include "support/catch.h"
#include "support/failure.h"
#include "support/load.h"

namespace taskgate::test {
namespace {

constexpr int kCrowd = 10'000;
const std::string kPartOfHead = "GET / HTTP/1.1\r\nHost: h\r\nX-Slow: ";

// This process holds the clients.
void raise_own_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_max < kCrowd + 200) throw Failure("ulimit -Hn is too low for this test");
}

// In steps, so that the gate's listen backlog is never full.
void gather(std::list<RawClient>& crowd, const GatedWorld& world, int count) {
  while (static_cast<int>(crowd.size()) < count) {
    for (int i = 0; i < 1000; ++i) crowd.emplace_back(world.gate->port()).send(kPartOfHead);
    const auto gathered = static_cast<double>(crowd.size());
    eventually("all of them are accepted",
               [&] { return world.metric(R"(taskgate_connections{kind="idle"})") >= gathered; });
  }
}

TEST_CASE("10000 clients with half a request each do not keep anybody else from an answer") {
  raise_own_limit();
  GatedWorld world(Gate::Settings{{"limit", "2"},
                                  {"limits.connections", std::to_string(kCrowd + 100)},
                                  {"timeouts.head", "1h"}});
  REQUIRE(world.metric("taskgate_connections_limit") == kCrowd + 100);
  RawClient stream(world.gate->port());
  begin_stream(stream);
  const std::size_t before = world.gate->resident_kib();
  std::list<RawClient> crowd;
  gather(crowd, world, kCrowd);

  CHECK(world.ask("GET", "/livez").status == 200);
  CHECK(world.gate->admin("/livez").status == 200);
  CHECK(world.gate->is_ready());
  for (const int expected : {201, 201, 429}) {
    const HttpAnswer answer = world.create();
    INFO(answer.body);
    CHECK(answer.status == expected);
  }
  stream.read_until("task.created");
  CHECK(world.tmux.count() == 2);
  const std::size_t grown = world.gate->resident_kib() - before;
  std::printf("%d clients with half a request: %zu KiB more, %.1f KiB each\n", kCrowd, grown,
              static_cast<double>(grown) / kCrowd);
  CHECK(grown < std::size_t{kCrowd} * 16);

  // All that was while every one of them was there.
  CHECK(world.metric(R"(taskgate_connections{kind="idle"})") >= kCrowd);
  int gone = 0;
  for (RawClient& client : crowd) gone += client.peer_closed(Duration::zero()) ? 1 : 0;
  CHECK(gone == 0);
  crowd.front().send("x\r\n\r\n");
  CHECK(read_answer(crowd.front()).status != 408);
  for (RawClient& client : crowd) client.reset();  // a close would keep the ports for a minute
  eventually("the gate has let go of them",
             [&] { return world.metric(R"(taskgate_connections{kind="idle"})") < 10; });
}

TEST_CASE("a thousand clients that never finish are all ended by timeouts.head, beside traffic") {
  raise_own_limit();
  GatedWorld world(Gate::Settings{{"limit", "0"}, {"timeouts.head", "2s"}});
  Load reads(world.gate->port(), http_request("GET", "/livez"));
  Load creates(world.gate->port(), http_request("POST", kTerminal, "{}"));
  std::list<RawClient> crowd;
  for (int i = 0; i < 1000; ++i) crowd.emplace_back(world.gate->port()).send(kPartOfHead);
  for (RawClient& client : crowd) {
    CHECK(client.peer_closed());
    CHECK(client.received().starts_with("HTTP/1.1 408 "));
  }
  reads.wait_for_answers(10);
  creates.wait_for_answers(10);
  CHECK(reads.stop().all(200));
  CHECK(creates.stop().all(429));
}

}  // namespace
}  // namespace taskgate::test
