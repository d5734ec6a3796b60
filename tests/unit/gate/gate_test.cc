#include "gate/gate.h"

#include <memory>

#include "creates.h"
#include "support/catch.h"

using namespace taskgate;
using namespace taskgate::gate;
using namespace taskgate::gate::test;

namespace {

std::vector<std::unique_ptr<Create>> burst(Gate& gate, int count, double now) {
  std::vector<std::unique_ptr<Create>> creates;
  for (int i = 0; i < count; ++i) creates.push_back(std::make_unique<Create>(gate, now));
  return creates;
}

int count(const std::vector<std::unique_ptr<Create>>& creates, Decision decision) {
  int found = 0;
  for (const auto& create : creates) found += !create->waits() && create->decision() == decision;
  return found;
}

}  // namespace

TEST_CASE("a burst of 200 creates on an empty pod reserves exactly the limit and the rest waits") {
  Gate gate(settings(12));
  const auto creates = burst(gate, 200, 0);
  CHECK(gate.next_listing() == at(0));
  gate.apply(live(0, 1));
  CHECK(count(creates, Decision::admitted) == 12);
  CHECK(count(creates, Decision::rejected) == 0);
  CHECK(gate.snapshot(at(2)).waiting == 188);
  CHECK(gate.snapshot(at(2)).in_flight == 12);
  CHECK(gate.snapshot(at(2)).slots_free() == 0);
}

TEST_CASE("a create is refused at once when as many sessions live as the limit allows") {
  Gate gate(settings(12));
  Create create(gate, 0);
  gate.apply(live(12, 1));
  CHECK(create.decision() == Decision::rejected);
  CHECK(create.told == 1);
  CHECK(create.ticket.verdict()->live == 12);
  CHECK(create.ticket.verdict()->limit == 12);
  CHECK(create.ticket.verdict()->reserved == 0);
}

TEST_CASE("limit 0 refuses all") {
  Gate gate(settings(0));
  Create create(gate, 0);
  gate.apply(live(0, 1));
  CHECK(create.decision() == Decision::rejected);
}

TEST_CASE("a create is not decided on a listing that began before its body was in") {
  Gate gate(settings(2));
  Create create(gate, 5);
  gate.apply(live(2, 4, 6));
  CHECK(create.waits());
  CHECK(gate.next_listing() == at(5));
  gate.apply(live(1, 7));
  CHECK(create.decision() == Decision::admitted);
}

TEST_CASE("one listing decides everyone who was waiting when it began and nobody else") {
  Gate gate(settings(12));
  Create before(gate, 0);
  Create after(gate, 2);
  gate.apply(live(12, 1, 3));
  CHECK(before.decision() == Decision::rejected);
  CHECK(after.waits());
  CHECK(gate.next_listing() == at(2));
}

TEST_CASE("no listing is wanted while nobody waits") {
  Gate gate(settings(1));
  CHECK_FALSE(gate.next_listing());
  Create create(gate, 0);
  gate.apply(live(0, 1));
  CHECK_FALSE(gate.next_listing());
}

TEST_CASE("a create that was never sent gives its slot to the next one at once") {
  Gate gate(settings(1));
  Create first(gate, 0);
  Create second(gate, 0);
  gate.apply(live(0, 1));
  CHECK(second.waits());
  first.ticket.take_reservation().not_sent(at(2));
  CHECK(second.decision() == Decision::admitted);
}

TEST_CASE("an answer of 4xx, and of 3xx where that refuses, frees the slot at once") {
  for (const int status : {301, 303, 400, 401, 404, 409, 429, 499}) {
    Gate gate(settings(1));
    Create first(gate, 0, {.redirect_refuses = status < 400});
    Create second(gate, 0);
    gate.apply(live(0, 1));
    first.ticket.take_reservation().answered(status, at(2));
    INFO("status " << status);
    CHECK(second.decision() == Decision::admitted);
  }
}

TEST_CASE("any other answer keeps the slot until a listing that began after it") {
  for (const int status : {200, 201, 202, 299, 302, 303, 399, 500, 502, 599}) {
    INFO("status " << status);
    Gate gate(settings(2));
    Create first(gate, 0);
    gate.apply(live(1, 1));
    first.ticket.take_reservation().answered(status, at(3));
    Create second(gate, 3.5);
    Create third(gate, 3.6);
    CHECK(gate.snapshot(at(4)).settling == 1);
    gate.apply(live(1, 2, 4));  // began before the answer
    CHECK(gate.snapshot(at(4)).settling == 1);
    gate.apply(live(1, 5));
    CHECK(gate.snapshot(at(5)).settling == 0);
    CHECK(second.decision() == Decision::admitted);
    CHECK(third.waits());
  }
}

TEST_CASE("the listing that ends a reservation is asked for as soon as the answer is in") {
  Gate gate(settings(1));
  Create first(gate, 0);
  Create second(gate, 0);
  gate.apply(live(0, 1));
  CHECK(gate.next_listing() == at(2000));  // the second one's last chance
  first.ticket.take_reservation().answered(201, at(3));
  CHECK(gate.next_listing() == at(3));
  gate.apply(live(1, 4));
  CHECK(second.decision() == Decision::rejected);
}

TEST_CASE("a route that answers before its session is there keeps the slot for its settle") {
  Gate gate(settings(1));
  Create first(gate, 0, {.settle = std::chrono::milliseconds(50)});
  gate.apply(live(0, 1));
  first.ticket.take_reservation().answered(202, at(2));
  Create second(gate, 3);
  gate.apply(live(0, 4));
  CHECK(second.waits());
  CHECK(gate.next_listing() == at(52));
  gate.apply(live(0, 53));
  CHECK(second.decision() == Decision::admitted);
}

TEST_CASE("a session that shows while its create is in flight does not make room for another") {
  Gate gate(settings(2));
  Create first(gate, 0);
  gate.apply(live(0, 1));
  Create second(gate, 2);
  gate.apply(live(1, 3));  // the first one's session, not answered yet: 1 + 1 = limit
  CHECK(second.waits());
  first.ticket.take_reservation().answered(201, at(4));
  gate.apply(live(1, 5));
  CHECK(second.decision() == Decision::admitted);
}

TEST_CASE("a session from another door is never taken for the one that a reservation promises") {
  Gate gate(settings(2));
  Create first(gate, 0);
  gate.apply(live(0, 1));
  Create second(gate, 2);
  Create third(gate, 2);
  gate.apply(live(1, 3));  // by hand; the first create's session is still to come
  CHECK(second.waits());
  gate.apply(live(2, 4));
  CHECK(second.decision() == Decision::rejected);
  CHECK(third.decision() == Decision::rejected);
}

TEST_CASE("a create that waited its time is refused, but only after one more listing") {
  Gate gate(settings(1));
  Create first(gate, 0);
  Create second(gate, 0);
  gate.apply(live(0, 1));
  gate.apply(live(0, 1999));
  CHECK(second.waits());
  CHECK(gate.next_listing() == at(2000));
  gate.apply(live(0, 2001));
  CHECK(second.decision() == Decision::rejected);
  CHECK(second.ticket.verdict()->live == 0);
  CHECK(second.ticket.verdict()->reserved == 1);
}

TEST_CASE("the last listing of a create's wait can still find it a slot") {
  Gate gate(settings(2));
  Create first(gate, 0);
  Create second(gate, 0);
  gate.apply(live(1, 1));
  CHECK(second.waits());
  gate.apply(live(0, 2001));
  CHECK(second.decision() == Decision::admitted);
}

TEST_CASE("waiting creates are served in the order in which they came") {
  Gate gate(settings(1));
  Create first(gate, 0);
  Create second(gate, 0.1);
  Create third(gate, 0.2);
  gate.apply(live(0, 1));
  first.ticket.take_reservation().not_sent(at(2));
  CHECK(second.decision() == Decision::admitted);
  CHECK(third.waits());
}

TEST_CASE("a client that leaves before the decision takes its create with it") {
  Gate gate(settings(1));
  auto leaver = std::make_unique<Create>(gate, 0);
  Create stayer(gate, 0);
  leaver.reset();
  gate.apply(live(0, 1));
  CHECK(stayer.decision() == Decision::admitted);
}

TEST_CASE("a lost create keeps its slot until a listing that begins admission.settle later") {
  Gate gate(settings(1));
  Create first(gate, 0);
  gate.apply(live(0, 1));
  first.ticket.take_reservation().lost(at(10));
  CHECK(gate.abandoned_total() == 1);
  Create second(gate, 11);
  gate.apply(live(0, 12));
  CHECK(second.waits());
  CHECK(gate.snapshot(at(12)).abandoned == 1);
  gate.apply(live(0, 5011));
  CHECK(gate.snapshot(at(5011)).abandoned == 0);
}

TEST_CASE("a reservation that is merely destroyed counts as lost, not as free") {
  Gate gate(settings(1));
  {
    Create first(gate, 0);
    gate.apply(live(0, 1));
    CHECK(first.decision() == Decision::admitted);
  }
  CHECK(gate.abandoned_total() == 1);
  Create second(gate, 100);
  gate.apply(live(0, 101));
  CHECK(second.waits());
  gate.apply(live(0, 1500));
  CHECK(second.waits());
  // Its time counts from the first call after the destructor that knew what time it was.
  Create third(gate, 5099);
  gate.apply(live(0, 5101));
  CHECK(gate.snapshot(at(5101)).abandoned == 0);
  CHECK(second.decision() == Decision::admitted);
}

TEST_CASE("moving a reservation neither loses nor doubles it") {
  Gate gate(settings(2));
  Create first(gate, 0);
  Create second(gate, 0);
  gate.apply(live(0, 1));
  Reservation a = first.ticket.take_reservation();
  Reservation b = std::move(a);
  CHECK_FALSE(a);  // NOLINT(bugprone-use-after-move): that it is empty is what is tested
  CHECK(gate.snapshot(at(1)).in_flight == 2);
  b = second.ticket.take_reservation();  // the first one's right ends here
  CHECK(gate.snapshot(at(1)).in_flight == 1);
  CHECK(gate.snapshot(at(1)).abandoned == 1);
  b.not_sent(at(2));
  CHECK(gate.snapshot(at(2)).reservations() == 1);
}

TEST_CASE("a raised limit lets waiting creates pass at once, a lowered one keeps what lives") {
  Gate gate(settings(1));
  Create first(gate, 0);
  Create second(gate, 0);
  gate.apply(live(0, 1));
  gate.configure(settings(2), at(2));
  CHECK(second.decision() == Decision::admitted);
  gate.configure(settings(1), at(3));
  Create third(gate, 4);
  gate.apply(live(2, 5));
  CHECK(third.decision() == Decision::rejected);
  CHECK(gate.snapshot(at(6)).slots_free() == 0);
}

TEST_CASE("after a reload to a shorter wait nobody waits for the longer one of those before") {
  Settings longer = settings(1);
  longer.wait = std::chrono::minutes(5);
  Gate gate(longer);
  Create first(gate, 0);
  Create before(gate, 0);
  gate.apply(live(0, 1));
  REQUIRE(first.decision() == Decision::admitted);
  Settings shorter = settings(1);
  shorter.wait = std::chrono::milliseconds(100);
  gate.configure(shorter, at(10));
  Create behind(gate, 20);
  gate.apply(live(0, 21));
  REQUIRE(behind.waits());
  REQUIRE(gate.next_listing());
  CHECK(number_of(*gate.next_listing()) == 120);
  gate.apply(live(0, 121));
  CHECK(behind.decision() == Decision::rejected);
  CHECK(before.waits());
}

TEST_CASE("a drain refuses those that wait and those that come, and tells each once") {
  Gate gate(settings(1));
  Create waiting(gate, 0);
  gate.drain(at(1));
  CHECK(waiting.decision() == Decision::draining);
  CHECK(waiting.told == 1);
  Create late(gate, 2);
  CHECK(late.decision() == Decision::draining);
  CHECK(late.told == 0);
  CHECK_FALSE(gate.next_listing());
}

TEST_CASE("without a valid configuration creates are refused at once, and a reload lets them in") {
  Settings faulty = settings(12);
  faulty.configured = false;
  Gate gate(faulty);
  gate.apply(live(0, 1));
  Create early(gate, 2);
  CHECK(early.decision() == Decision::unconfigured);
  CHECK(early.ticket.verdict()->reason == RefusalReason::unconfigured);
  CHECK_FALSE(gate.next_listing());
  CHECK(gate.snapshot(at(3)).slots_free() == 0);
  gate.configure(settings(1), at(4));
  CHECK(gate.snapshot(at(4)).slots_free() == 1);
  Create late(gate, 5);
  gate.apply(live(0, 6));
  CHECK(late.decision() == Decision::admitted);
}

TEST_CASE("no slot is free in a drain, whatever is counted") {
  Gate gate(settings(3));
  gate.drain(at(0));
  CHECK(gate.snapshot(at(1)).slots_free() == 0);
  gate.apply(live(1, 2));
  CHECK(gate.snapshot(at(3)).slots_free() == 0);
  CHECK(gate.snapshot(at(3)).live == 1);
}

TEST_CASE("a tmux server that was restarted with ids that start over is counted afresh") {
  Gate gate(settings(3));
  gate.apply(listing_of({session(5), session(6)}, 1));
  gate.apply(listing_of({session(0, true, 200), session(1, true, 200)}, 2));
  const Snapshot shot = gate.snapshot_with_holders(at(3));
  CHECK(shot.live == 2);
  CHECK(shot.count(Origin::unattributed) == 2);
  CHECK(shot.count(Origin::inherited) == 0);
}

TEST_CASE("sessions over the limit drain by themselves and are shown as they are") {
  Gate gate(settings(2));
  gate.apply(live(5, 1));
  CHECK(gate.snapshot(at(2)).live == 5);
  CHECK(gate.snapshot(at(2)).slots_free() == 0);
}
