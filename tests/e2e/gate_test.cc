// The promise, on real tmux: never one too many, never a free slot refused, each create sent once.
#include <set>

#include "e2e/gated_world.h"
#include "support/catch.h"

using namespace taskgate::test;

namespace {

// `rounds` bursts of `size` creates; after each all sessions are killed.
void burst_repeatedly(GatedWorld& world, int rounds, int size, int limit) {
  int created = 0;
  for (int round = 0; round < rounds; ++round) {
    const StormSummary storm =
        run_storm(world.gate->port(), {"--path", kTerminal, "--count", std::to_string(size)});
    INFO("round " << round);
    REQUIRE(storm.answered(201) == limit);
    REQUIRE(storm.answered(429) == size - limit);
    REQUIRE(storm.unanswered == 0);
    REQUIRE(storm.errors.empty());
    REQUIRE(world.tmux.count() == limit);
    created += limit;
    for (const std::string& name : world.tmux.list()) world.tmux.kill_session(name);
  }
  const Standin::Stats stats = world.standin.stats();
  CHECK(stats.creates_received == created);
  const std::set<std::string> markers(stats.create_ids.begin(), stats.create_ids.end());
  CHECK(static_cast<int>(markers.size()) == created);
}

}  // namespace

TEST_CASE(
    "bursts of 200 creates make exactly as many sessions as the limit allows, each sent once") {
  GatedWorld world(Gate::Settings{{"limit", "12"}});
  world.tmux.start();
  burst_repeatedly(world, 5, 200, 12);
}

TEST_CASE(
    "a burst is exact with a limit of 1 and an upstream that is slow to create and to answer") {
  GatedWorld world(Gate::Settings{{"limit", "1"}, {"admission.wait", "10s"}},
                   {"--create-delay", "30", "--answer-delay", "30"});
  world.tmux.start();
  burst_repeatedly(world, 3, 30, 1);
}

TEST_CASE("the first burst of all starts the tmux server and is exact too") {
  GatedWorld world(Gate::Settings{{"limit", "3"}});
  const StormSummary storm = run_storm(world.gate->port(), {"--path", kTerminal, "--count", "50"});
  CHECK(storm.answered(201) == 3);
  CHECK(storm.answered(429) == 47);
  CHECK(world.tmux.count() == 3);
}

TEST_CASE("refused creates never reach the upstream and share their listings") {
  GatedWorld world(Gate::Settings{{"limit", "2"}, {"log.access", "none"}});
  world.fill(2);
  const int before = world.standin.stats().requests;
  const double listings = world.metric("taskgate_session_listings_total{result=\"known\"}");
  const StormSummary storm = run_storm(world.gate->port(), {"--path", kTerminal, "--count", "5000",
                                                            "--connections", "64", "--keep-alive"});
  CHECK(storm.answered(429) == 5000);
  CHECK(world.standin.stats().requests == before);
  CHECK(world.metric("taskgate_session_listings_total{result=\"known\"}") - listings < 2500);
  CHECK(world.metric("taskgate_admissions_total{decision=\"rejected\",route=\"terminal\"}") ==
        5000);
}

TEST_CASE("a burst of reads is answered whole through the gate's pacing") {
  GatedWorld world(Gate::Settings{{"timeouts.connect", "1m"}});  // however slow the upstream is
  const StormSummary storm =
      run_storm(world.gate->port(), {"--method", "GET", "--path", "/livez", "--count", "200"});
  CHECK(storm.answered(200) == 200);
}

TEST_CASE("a session that ends frees its slot for the next create") {
  GatedWorld world(Gate::Settings{{"limit", "2"}});
  world.fill(2);
  CHECK(world.create().status == 429);
  world.tmux.kill_session(world.tmux.list().front());
  CHECK(world.create().status == 201);
  CHECK(world.create().status == 429);
}

TEST_CASE("sessions made by hand count, other names do not") {
  GatedWorld world(Gate::Settings{{"limit", "2"}});
  world.tmux.new_session("kube-coder-by-hand");
  world.tmux.new_session("claude-agent");
  CHECK(world.create().status == 201);
  CHECK(world.create().status == 429);
  CHECK(world.metric("taskgate_sessions_live") == 2);
  CHECK(world.metric("taskgate_sessions_unattributed") +
            world.metric("taskgate_sessions_inherited") ==
        1);
}

TEST_CASE("at the limit reads pass") {
  GatedWorld world(Gate::Settings{{"limit", "0"}});
  CHECK(world.ask("GET", "/livez").status == 200);
  CHECK(world.ask("GET", "/api/claude/tasks").status == 200);
}

TEST_CASE("a create hidden in the body of a GET behind an event stream does not pass") {
  const std::string create = http_request("POST", kTerminal, "{}");
  const std::string hidden =
      http_request("GET", "/api/events", "", {{"Content-Length", std::to_string(create.size())}}) +
      create;
  GatedWorld world(Gate::Settings{{"limit", "0"}}, {"--stream-max", "50"});
  {
    RawClient direct(world.standin.port());  // the upstream serves it: this is the way round
    direct.send(hidden);
    eventually("the stand-in ran the hidden create",
               [&] { return world.standin.stats().creates_executed == 1; });
  }
  RawClient client(world.gate->port());
  client.send(hidden);
  CHECK(read_answer(client).status == 400);
  CHECK(client.peer_closed());
  CHECK(world.standin.stats().creates_received == 1);
}

TEST_CASE("a create pipelined behind an event stream is a create of its own") {
  GatedWorld world(Gate::Settings{{"limit", "0"}}, {"--stream-max", "50"});
  RawClient client(world.gate->port());
  client.send(http_request("GET", "/api/events") + http_request("POST", kTerminal, "{}"));
  CHECK(read_answer_head(client).status == 200);
  // The stream of the stand-in never ends its connection; the create behind it waits for that.
  client.read_until("event: end");
  CHECK(world.standin.stats().creates_received == 0);
}

TEST_CASE("the upstream's own 429 passes and is counted: the two limits drift") {
  GatedWorld world(Gate::Settings{{"limit", "5"}}, {"--cap", "1"});
  world.fill(1);
  CHECK(world.create().status == 429);
  CHECK(world.metric("taskgate_upstream_rejections_total") == 1);
  CHECK(world.metric("taskgate_reservations") == 0);
}

TEST_CASE("a refused webhook can be sent again once there is room") {
  GatedWorld world(Gate::Settings{{"limit", "1"}});
  world.fill(1);
  CHECK(world.ask("POST", "/api/webhooks/hook1", R"({"n":1})").status == 429);
  world.tmux.kill_session(world.tmux.list().front());
  CHECK(world.ask("POST", "/api/webhooks/hook1", R"({"n":1})").status == 202);
}
