// Creates that take several slots, or none.
#include "creates.h"

using namespace taskgate::gate;
using namespace taskgate::gate::test;

namespace {

int slots_of(const Create& create) {
  REQUIRE(create.decision() == Decision::admitted);
  return create.ticket.verdict()->slots;
}

}  // namespace

TEST_CASE("a create of several slots holds all that it asked for") {
  Gate gate(settings(12));
  Create board(gate, 0, {.slots = 8});
  Create second(gate, 0, {.slots = 3});
  gate.apply(live(1, 1));
  CHECK(slots_of(board) == 8);
  CHECK(slots_of(second) == 3);
  CHECK(second.ticket.verdict()->reserved == 8);
  CHECK(gate.snapshot(at(2)).in_flight == 11);
  CHECK(gate.snapshot(at(2)).slots_free() == 0);
}

TEST_CASE("a create of several slots is content with those that are free, and needs one") {
  Gate gate(settings(12));
  Create first(gate, 0, {.slots = 8});
  Create second(gate, 0, {.slots = 8});
  Create third(gate, 0, {.slots = 8});
  gate.apply(live(1, 1));
  CHECK(slots_of(first) == 8);
  CHECK(slots_of(second) == 3);
  CHECK(third.waits());
}

TEST_CASE("all slots of a create end together, with the first listing after its settle") {
  Gate gate(settings(4));
  Create board(gate, 0, {.slots = 3, .settle = std::chrono::milliseconds(100)});
  gate.apply(live(0, 1));
  board.ticket.take_reservation().answered(201, at(2));
  Create second(gate, 3, {.slots = 2});
  gate.apply(live(2, 50));  // two of its sessions are there, the third may come
  CHECK(second.waits());
  CHECK(gate.next_listing() == at(102));
  gate.apply(live(2, 103));
  CHECK(slots_of(second) == 2);
}

TEST_CASE("a refused create of several slots gives all of them to those that wait") {
  Gate gate(settings(3));
  Create board(gate, 0, {.slots = 3});
  Create one(gate, 0);
  Create two(gate, 0);
  Create three(gate, 0);
  gate.apply(live(0, 1));
  CHECK(one.waits());
  board.ticket.take_reservation().answered(400, at(2));
  CHECK(slots_of(one) == 1);
  CHECK(slots_of(two) == 1);
  CHECK(slots_of(three) == 1);
}

TEST_CASE("an abandoned create of several slots keeps all of them for the settle") {
  Gate gate(settings(3));
  Create board(gate, 0, {.slots = 2});
  gate.apply(live(0, 1));
  board.ticket.take_reservation().lost(at(2));
  CHECK(gate.snapshot(at(3)).abandoned == 2);
  CHECK(gate.abandoned_total() == 1);
  gate.apply(live(0, 5003));
  CHECK(gate.snapshot(at(5004)).slots_free() == 3);
}

TEST_CASE("a create whose task comes by another door is refused while full and reserves nothing") {
  Gate gate(settings(1));
  Create full(gate, 0, {.slots = 0});
  gate.apply(live(1, 1));
  CHECK(full.decision() == Decision::rejected);
  Create one(gate, 2, {.slots = 0});
  Create two(gate, 2, {.slots = 0});
  Create task(gate, 2);
  gate.apply(live(0, 3));
  CHECK(slots_of(one) == 0);
  CHECK(slots_of(two) == 0);
  CHECK(slots_of(task) == 1);
}

TEST_CASE("a create whose task comes by another door waits while the free slots are promised") {
  Gate gate(settings(1));
  Create task(gate, 0);
  Create elsewhere(gate, 0, {.slots = 0});
  gate.apply(live(0, 1));
  CHECK(elsewhere.waits());
  task.ticket.take_reservation().answered(409, at(2));
  CHECK(slots_of(elsewhere) == 0);
}

TEST_CASE("whatever becomes of a create without slots, nothing is kept and nothing is lost") {
  for (const int way : {0, 201, 303, 404, 500, -1}) {
    CAPTURE(way);
    Gate gate(settings(1));
    Create elsewhere(gate, 0, {.slots = 0});
    gate.apply(live(0, 1));
    {
      Reservation reservation = elsewhere.ticket.take_reservation();
      if (way > 0) reservation.answered(way, at(2));
      if (way == 0) reservation.lost(at(2));
    }
    Create next(gate, 3);
    gate.apply(live(0, 4));
    CHECK(slots_of(next) == 1);
    CHECK(gate.abandoned_total() == 0);
  }
}

TEST_CASE("creates that may start nothing are no evidence of a wrong socket") {
  Gate gate(settings(12));
  gate.apply(live(0, 0));
  for (int i = 1; i <= 10; ++i) {
    Create empty(gate, i * 100, {.is_evidence = false});
    gate.apply(live(0, i * 100 + 1));
    CHECK_FALSE(empty.ticket.take_reservation().answered(201, at(i * 100 + 2)));
  }
}

TEST_CASE("as many sessions as a create has slots are put down to it") {
  Gate gate(settings(12));
  gate.apply(live(0, 0));
  Create board(gate, 1, {.slots = 2});
  gate.apply(live(0, 2));
  Reservation reservation = board.ticket.take_reservation();
  gate.apply(live(3, 4));
  const Snapshot shot = gate.snapshot_with_holders(at(5));
  CHECK(shot.count(Origin::created) == 2);
  CHECK(shot.count(Origin::unattributed) == 1);
  reservation.lost(at(6));
}

TEST_CASE("while the count is unknown a create of several slots reserves all of them") {
  Settings lenient = settings(2);
  lenient.admit_unknown = true;
  Gate gate(lenient);
  Create board(gate, 0, {.slots = 8});
  gate.apply(failed(taskgate::tmux::Fault::timeout, 1));
  CHECK(board.decision() == Decision::admitted_unknown);
  CHECK(gate.snapshot(at(2)).in_flight == 8);
}
