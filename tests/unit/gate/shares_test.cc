// Floors and caps of classes at the gate.
#include "classed.h"

using namespace taskgate;
using namespace taskgate::gate;
using namespace taskgate::gate::test;

TEST_CASE("a class below its floor gets the slot that another may not take") {
  Gate gate(classed(2, {{.name = "people", .floor = 1}, {.name = "storms"}}));
  Create first(gate, 0, of(gate, "storms"));
  Create second(gate, 0, of(gate, "storms"));
  Create person(gate, 0, of(gate, "people"));
  gate.apply(live(0, 1));
  CHECK(first.decision() == Decision::admitted);
  CHECK(person.decision() == Decision::admitted);
  CHECK(second.waits());   // the create in flight may start nothing
  gate.apply(live(1, 2));  // which is of nobody that is known
  CHECK(second.waits());
}

TEST_CASE("free slots that are owed to others refuse a create at once, for its class") {
  Gate gate(classed(2, {{.name = "people", .floor = 2}, {.name = "storms"}}));
  Create create(gate, 0, of(gate, "storms"));
  gate.apply(live(0, 1));
  CHECK(create.decision() == Decision::rejected);
  CHECK(reason_of(create) == RefusalReason::class_full);
  const Verdict& verdict = *create.ticket.verdict();
  CHECK(verdict.class_name == "storms");
  CHECK(verdict.class_used == 0);
  CHECK(verdict.class_cap == 2);
  CHECK(verdict.retry.basis == RetryBasis::closed);
}

TEST_CASE("a class at its cap by sessions is refused at once, though slots are free") {
  Gate gate(classed(5, {{.name = "storms", .cap = 1}}));
  Create first(gate, 0, of(gate, "storms"));
  gate.apply(live(0, 1));
  answer(gate, first, "kube-coder-a", 2);
  gate.apply(listing_of({named("kube-coder-a", 1)}, 3));
  Create second(gate, 4, of(gate, "storms"));
  Create other(gate, 4);
  gate.apply(listing_of({named("kube-coder-a", 1)}, 5));
  CHECK(reason_of(second) == RefusalReason::class_full);
  CHECK(second.ticket.verdict()->class_used == 1);
  CHECK(second.ticket.verdict()->class_cap == 1);
  CHECK(other.decision() == Decision::admitted);
}

TEST_CASE("a class at its cap by creates in flight waits for these, as for the total") {
  Gate gate(classed(5, {{.name = "storms", .cap = 1}}));
  Create first(gate, 0, of(gate, "storms"));
  Create second(gate, 0, of(gate, "storms"));
  gate.apply(live(0, 1));
  CHECK(second.waits());
  SECTION("and gets the slot of one that starts nothing") {
    first.ticket.take_reservation().answered(409, at(2));
    CHECK(second.decision() == Decision::admitted);
  }
  SECTION("and is refused at the end of the wait") {
    gate.apply(live(0, 2001));
    CHECK(reason_of(second) == RefusalReason::promised);
  }
}

TEST_CASE("a cap above the limit is the limit") {
  Gate gate(classed(1, {{.name = "storms", .cap = 8}}));
  CHECK(state_of(gate, "storms", 0).cap == 1);
  Create first(gate, 0, of(gate, "storms"));
  Create second(gate, 0, of(gate, "storms"));
  gate.apply(live(1, 1));
  CHECK(reason_of(first) == RefusalReason::full);
  CHECK(reason_of(second) == RefusalReason::full);
}

TEST_CASE("a create of several slots gets what cap and floors leave") {
  Gate gate(classed(8, {{.name = "people", .floor = 3}, {.name = "boards", .cap = 4}}));
  Create capped(gate, 0, of(gate, "boards", 6));
  Create rest(gate, 0, of(gate, "default", 6));
  gate.apply(live(0, 1));
  CHECK(capped.ticket.verdict()->slots == 4);
  CHECK(rest.ticket.verdict()->slots == 1);
}

TEST_CASE("a session that is listed before its create names it keeps no other create out") {
  Gate gate(classed(2, {{.name = "people", .floor = 1}, {.name = "storms"}}));
  Create person(gate, 0, of(gate, "people"));
  gate.apply(live(0, 1));
  Create storm(gate, 2, of(gate, "storms"));
  gate.apply(listing_of({named("kube-coder-a", 1)}, 3));  // its answer is on the way
  CHECK(storm.waits());
  answer(gate, person, "kube-coder-a", 4);
  gate.apply(listing_of({named("kube-coder-a", 1)}, 5));
  CHECK(storm.decision() == Decision::admitted);
}

TEST_CASE("while an answer is still being read for a name, its create counts for its class") {
  Gate gate(classed(2, {{.name = "people", .floor = 1, .cap = 1}, {.name = "storms"}}));
  Create person(gate, 0, of(gate, "people"));
  gate.apply(live(0, 1));
  Reservation reservation = person.ticket.take_reservation();
  const auto id = reservation.id();
  reservation.answered(201, at(2));
  Create storm(gate, 3, of(gate, "storms"));
  Create another(gate, 3, of(gate, "people"));
  gate.apply(listing_of({named("kube-coder-a", 1)}, 4));
  CHECK(gate.snapshot(at(4)).reservations() == 1);  // the storm's
  CHECK(storm.decision() == Decision::admitted);    // the floor has its session
  CHECK(another.waits());                           // and the cap
  gate.session_named(id, "kube-coder-a", {}, at(5));
  CHECK(state_of(gate, "people", 6).used == 1);
}

TEST_CASE("floors and caps of a reload hold at once") {
  Gate gate(classed(2, {{.name = "people", .floor = 2}, {.name = "storms"}}));
  Create refused(gate, 0, of(gate, "storms"));
  gate.apply(live(0, 1));
  CHECK(refused.decision() == Decision::rejected);
  gate.configure(classed(2, {{.name = "people", .floor = 1}, {.name = "storms"}}), at(2));
  Create first(gate, 3, of(gate, "storms"));
  Create second(gate, 3, of(gate, "storms"));
  gate.apply(live(0, 4));
  CHECK(first.decision() == Decision::admitted);
  CHECK(second.waits());
  gate.configure(classed(2, {{.name = "people"}, {.name = "storms"}}), at(5));
  CHECK(second.decision() == Decision::admitted);
}

TEST_CASE("what is of a class that a reload removed counts in the total only, until it is back") {
  const Settings with = classed(5, {{.name = "storms", .cap = 1}, {.name = "default", .cap = 2}});
  Gate gate(with);
  Create storm(gate, 0, of(gate, "storms"));
  gate.apply(live(0, 1));
  Settings without = classed(5, {{.name = "default", .cap = 2}});
  without.inherited_class = "default";
  gate.configure(without, at(2));
  CHECK(state_of(gate, "default", 2).used == 0);
  answer(gate, storm, "kube-coder-a", 3);
  gate.apply(listing_of({named("kube-coder-a", 1)}, 4));
  CHECK(state_of(gate, "default", 5).used == 0);
  CHECK(gate.snapshot_with_holders(at(5)).holders.at(0).class_name.empty());
  Create orphan(gate, 6, of(gate, "storms"));
  gate.apply(listing_of({named("kube-coder-a", 1)}, 7));
  CHECK(orphan.ticket.verdict()->class_name == "default");
  CHECK(state_of(gate, "default", 8).used == 1);
  gate.configure(with, at(9));
  CHECK(state_of(gate, "storms", 9).used == 1);
}

TEST_CASE("observing, a cap lets pass and says that it is in the way") {
  Settings made = classed(5, {{.name = "storms", .cap = 0, .wait = std::chrono::seconds(5)}});
  made.observe = true;
  Gate gate(made);
  Create create(gate, 0, of(gate, "storms"));
  gate.apply(live(0, 1));
  CHECK(create.decision() == Decision::observed);
  CHECK(reason_of(create) == RefusalReason::class_full);
  CHECK(create.ticket.verdict()->place == 0);
  CHECK(state_of(gate, "storms", 2).used == 1);
}

TEST_CASE(
    "at a cap of 0 nothing comes free, and beyond others' floors one of the rest has to end") {
  struct Row {
    Settings settings;
    RetryWindow expected;
  };
  const std::vector<Row> rows = {
      {classed(9, {{.name = "storms", .cap = 0}}), {kLongestWindow, RetryBasis::closed}},
      {classed(2, {{.name = "people", .floor = 1}, {.name = "storms"}}), {15, RetryBasis::recent}},
  };
  for (const Row& row : rows) {
    Gate gate(row.settings);
    gate.apply(live(5, 0));
    Create create(gate, 59'000, of(gate, "storms"));
    gate.apply(listing_of({session(5)}, 60'000, 60'000));  // four ended in a minute
    CHECK(reason_of(create) == RefusalReason::class_full);
    CHECK(create.ticket.verdict()->retry.seconds == row.expected.seconds);
    CHECK(create.ticket.verdict()->retry.basis == row.expected.basis);
  }
}
