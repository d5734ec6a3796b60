// mode: observe: nothing is refused, what would be is told, and the limit holds again after a
// reload.
#include "e2e/configured_world.h"
#include "support/catch.h"

using namespace taskgate::test;

TEST_CASE("observing, creates pass beyond the limit, and each that would be refused is told") {
  ConfiguredWorld c("limit: 2\nmode: observe\n");
  GatedWorld& world = c.world;
  for (int i = 0; i < 5; ++i) CHECK(world.create().status == 201);
  CHECK(world.tmux.count() == 5);
  CHECK(world.metric("taskgate_observing") == 1);
  CHECK(world.metric("taskgate_sessions_live") == 5);
  CHECK(world.metric("taskgate_observed_refusals_total{class=\"default\",reason=\"full\","
                     "route=\"terminal\"}") == 3);
  CHECK(world.metric("taskgate_refusals_total{reason=\"full\",route=\"terminal\"}") == 0);
  world.gate->process().wait_for_line(R"("decision":"observed","reason":"full")");

  c.reload("limit: 2\n");
  CHECK(world.create().status == 429);
  CHECK(world.metric("taskgate_observing") == 0);
  for (const std::string& name : world.tmux.list()) world.tmux.kill_session(name);
  const StormSummary storm = run_storm(world.gate->port(), {"--path", kTerminal, "--count", "50"});
  CHECK(storm.answered(201) == 2);
  CHECK(world.tmux.count() == 2);
}

TEST_CASE("observing, a storm passes whole, and its counts come true again") {
  ConfiguredWorld c("limit: 2\nmode: observe\n");
  GatedWorld& world = c.world;
  const StormSummary storm = run_storm(world.gate->port(), {"--path", kTerminal, "--count", "30"});
  CHECK(storm.answered(201) == 30);
  CHECK(world.tmux.count() == 30);
  eventually("no slot stays promised", [&] { return world.metric("taskgate_reservations") == 0; });
  CHECK(world.metric("taskgate_sessions_live") == 30);
}
