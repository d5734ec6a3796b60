// Creates that find no slot and stand in line for one.
#include "e2e/line_world.h"

#include "support/catch.h"

using namespace taskgate::test;

namespace {

const std::string kOneSlot = "limit: 1\nclasses: [{name: default, wait: 1m}]\n";

HttpAnswer ask(const GatedWorld& world, const std::string& wait) {
  return Asker(world, {{"Prefer", "wait=" + wait}}).answer();
}

// The id by which the upstream ends what this answer has started.
std::string task_id(const HttpAnswer& created) {
  const std::string before = "\"task_id\": \"";
  const auto at = created.body.find(before) + before.size();
  return created.body.substr(at, created.body.find('"', at) - at);
}

}  // namespace

TEST_CASE("slots that come free go to those in line, in the order in which they came") {
  ConfiguredWorld c(kOneSlot);
  GatedWorld& world = c.world;
  world.fill(1);
  Asker first(world);
  until_waiting(world, 1);
  Asker second(world);
  until_waiting(world, 2);
  Asker third(world);
  until_waiting(world, 3);
  CHECK_FALSE(first.is_answered());

  end_one(world);
  CHECK(first.answer().status == 201);
  until_waiting(world, 2);
  CHECK_FALSE(second.is_answered());
  end_one(world);
  CHECK(second.answer().status == 201);
  CHECK_FALSE(third.is_answered());
  end_one(world);
  CHECK(third.answer().status == 201);
  CHECK(world.tmux.count() == 1);
}

TEST_CASE("the answer to a request that ends a task gives its slot to the line at once") {
  ConfiguredWorld c(kOneSlot + "admission: {look: 1m}\n");
  GatedWorld& world = c.world;
  const HttpAnswer created = world.create();
  Asker next(world);
  until_waiting(world, 1);
  CHECK(world.ask("DELETE", "/api/claude/tasks/" + task_id(created)).status == 200);
  CHECK(next.answer().status == 201);
  CHECK(world.tmux.count() == 1);
}

TEST_CASE("a client chooses by Prefer how long it stands in line, within max_wait") {
  ConfiguredWorld c("limit: 1\nclasses: [{name: default, wait: 0s, max_wait: 1s}]\n");
  GatedWorld& world = c.world;
  world.fill(1);
  const HttpAnswer usual = world.create();
  CHECK(usual.status == 429);
  CHECK_FALSE(usual.field("Preference-Applied"));
  CHECK_FALSE(says(usual, "waited_seconds"));

  const HttpAnswer never = ask(world, "0");
  CHECK(never.status == 429);
  CHECK(never.field("Preference-Applied") == "wait=0");
  CHECK_FALSE(says(never, "waited_seconds"));

  for (const char* wait : {"1", "600"}) {
    CAPTURE(wait);
    const HttpAnswer waited = ask(world, wait);
    CHECK(waited.status == 429);
    CHECK(waited.field("Preference-Applied") == "wait=1");
    CHECK(says(waited, "(1/1), and no slot came free for it in the "));
    CHECK(says(waited, "\"class\":\"default\",\"waited_seconds\":"));
    CHECK(says(waited, "\"reason\":\"full\""));
  }
  world.gate->process().wait_for_line(
      R"("class":"default","place":1,"wait_ms":\d+.*"line_wait_ms":\d+)");
}

TEST_CASE("Prefer: wait=0 never stands in line, and a wait of its own is no longer than it says") {
  ConfiguredWorld c(kOneSlot);
  GatedWorld& world = c.world;
  world.fill(1);
  CHECK(ask(world, "0").field("Preference-Applied") == "wait=0");
  CHECK(ask(world, "1").field("Preference-Applied") == "wait=1");
  Asker unreadable(world, {{"Prefer", "wait=soon"}});
  until_waiting(world, 1);
}

TEST_CASE("a client that leaves gives its place back, and one that only closes its side keeps it") {
  ConfiguredWorld c(kOneSlot);
  GatedWorld& world = c.world;
  world.fill(1);
  Asker leaves(world);
  until_waiting(world, 1);
  Asker half_closes(world);
  until_waiting(world, 2);
  half_closes.client().half_close();
  leaves.client().reset();
  until_waiting(world, 1);
  world.gate->process().wait_for_line(R"("decision":"withdrawn".*"class":"default","place":1)");
  CHECK(world.metric("taskgate_line_seconds_count{class=\"default\",outcome=\"withdrawn\"}") == 1);
  end_one(world);
  CHECK(half_closes.answer().status == 201);
  CHECK(world.standin.stats().creates_received == 2);
}

TEST_CASE("a line has so many places, and one more create is refused at once") {
  ConfiguredWorld c("limit: 1\nclasses: [{name: default, wait: 1m, places: 1}]\n");
  GatedWorld& world = c.world;
  world.fill(1);
  Asker first(world);
  until_waiting(world, 1);
  const HttpAnswer second = world.create();
  CHECK(second.status == 429);
  CHECK(says(second, "\"reason\":\"line_full\""));
  end_one(world);
  CHECK(first.answer().status == 201);
}

TEST_CASE("a drain empties the line") {
  ConfiguredWorld c(kOneSlot);
  GatedWorld& world = c.world;
  world.fill(1);
  Asker first(world);
  until_waiting(world, 1);
  world.gate->process().signal(SIGTERM);
  const HttpAnswer answer = first.answer();
  CHECK(answer.status == 503);
  CHECK(says(answer, "\"reason\":\"draining\""));
}

TEST_CASE("a reload that makes room lets the line move") {
  ConfiguredWorld c(kOneSlot);
  GatedWorld& world = c.world;
  world.fill(1);
  Asker first(world);
  until_waiting(world, 1);
  c.reload("limit: 2\nclasses: [{name: default, wait: 1m}]\n");
  CHECK(first.answer().status == 201);
}

TEST_CASE("a storm stands in line, and each slot is given once") {
  ConfiguredWorld c("limit: 3\nclasses: [{name: default, wait: 1s, places: 10}]\n");
  const StormSummary storm =
      run_storm(c.world.gate->port(), {"--path", kTerminal, "--count", "60"});
  CHECK(storm.answered(201) == 3);
  CHECK(storm.answered(429) == 57);
  CHECK(c.world.tmux.count() == 3);
}
