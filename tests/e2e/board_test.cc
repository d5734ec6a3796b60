// Board runs, which start tasks in the upstream's own process, behind their answer.
#include "e2e/gated_world.h"
#include "support/catch.h"

namespace taskgate::test {
namespace {

TEST_CASE("a board run beside other creates never goes over the limit") {
  for (const int concurrency : {3, 8}) {
    CAPTURE(concurrency);
    const GatedWorld world({{"limit", "12"}}, {"--cap", "12", "--board-time", "300"});
    world.fill(4);
    const std::string body = "{\"concurrency\": " + std::to_string(concurrency) + "}";
    CHECK(world.ask("POST", "/api/boards/b1/runs", body).status == 201);
    const StormSummary summary = run_storm(world.gate->port(), {"--count", "40"});
    CHECK(summary.answers.at(429) >= 40 - 8 + concurrency);
    // Whatever of the run is still to come.
    eventually("all slots are taken", [&] {
      world.create();
      return world.tmux.count() >= 12;
    });
    CHECK(world.standin.stats().creates_executed == 12);
    CHECK(world.tmux.count() == 12);
  }
}

TEST_CASE("a run that is refused while full reaches nobody, nor does the run of a cron") {
  const GatedWorld world(Gate::Settings{{"limit", "2"}});
  world.fill(2);
  CHECK(world.ask("POST", "/api/boards/b1/runs", "{}").status == 429);
  CHECK(world.ask("POST", "/oauth/api/crons/nightly/run").status == 429);
  CHECK(world.standin.stats().creates_received == 2);
}

TEST_CASE("the run of a cron takes no slot") {
  const GatedWorld world(Gate::Settings{{"limit", "1"}});
  for (int i = 0; i < 5; ++i) {
    CHECK(world.ask("POST", "/api/crons/nightly/run").status == 200);
  }
  CHECK(world.metric("taskgate_reservations") == 0);
  CHECK(world.create().status == 201);
}

TEST_CASE("runs that start nothing are no sign of a wrong socket") {
  const GatedWorld world(Gate::Settings{{"limit", "8"}});
  for (int i = 0; i < 4; ++i) {
    CHECK(world.ask("POST", "/api/boards/empty/runs", R"({"concurrency": 1})").status == 201);
  }
  CHECK(world.metric(R"(taskgate_signal_state{state="blind"})") == 0);
  CHECK(world.create().status == 201);
}

}  // namespace
}  // namespace taskgate::test
