// mode: observe: what would be refused passes, and is told apart from what the rule admits.
#include "creates.h"
#include "support/catch.h"
#include "world.h"

using namespace taskgate;
using namespace taskgate::gate;
using namespace taskgate::gate::test;

namespace {

Settings observing(int limit) {
  Settings made = settings(limit);
  made.observe = true;
  return made;
}

}  // namespace

TEST_CASE("observing, a create beyond the limit passes, with the reason it would be refused for") {
  Gate gate(observing(2));
  Create create(gate, 0);
  gate.apply(live(2, 1));
  CHECK(create.decision() == Decision::observed);
  CHECK(create.ticket.verdict()->reason == RefusalReason::full);
  CHECK(create.ticket.verdict()->slots == 1);
  CHECK_FALSE(create.ticket.verdict()->refused());
  CHECK(gate.snapshot(at(2)).in_flight == 1);
}

TEST_CASE("observing, a create that finds the free slots promised passes at once") {
  Gate gate(observing(1));
  const Create first(gate, 0);
  const Create second(gate, 0);
  gate.apply(live(0, 1));
  CHECK(first.decision() == Decision::admitted);
  CHECK(second.decision() == Decision::observed);
  CHECK(second.ticket.verdict()->reason == RefusalReason::promised);
  CHECK(gate.snapshot(at(2)).reservations() == 2);
}

TEST_CASE("observing, a create passes while the count is unknown") {
  Gate gate(observing(12));
  Create create(gate, 0);
  gate.apply(failed(tmux::Fault::timeout, 1));
  CHECK(create.decision() == Decision::observed);
  CHECK(create.ticket.verdict()->reason == RefusalReason::unknown);
}

TEST_CASE("an observed create without a count gives its slots back although none comes") {
  Settings made = observing(12);
  made.settle = std::chrono::seconds(5);
  Gate gate(made);
  Create create(gate, 0);
  gate.apply(failed(tmux::Fault::timeout, 1));
  Reservation reservation = create.ticket.take_reservation();
  reservation.answered(201, at(10));
  gate.apply(failed(tmux::Fault::timeout, 20));
  CHECK(gate.snapshot(at(30)).reservations() == 1);
  gate.apply(failed(tmux::Fault::timeout, 6000));
  CHECK(gate.snapshot(at(6001)).reservations() == 0);
}

TEST_CASE("observing, a drain refuses as ever, and so does a gate without a configuration") {
  Gate drained(observing(12));
  drained.drain(at(0));
  CHECK(Create(drained, 1).decision() == Decision::draining);
  Settings none = observing(12);
  none.configured = false;
  Gate unconfigured(none);
  CHECK(Create(unconfigured, 1).decision() == Decision::unconfigured);
}

TEST_CASE("a reload to observe lets those pass that wait, and one back holds the limit again") {
  Gate gate(settings(1));
  const Create first(gate, 0);
  const Create second(gate, 0);
  gate.apply(live(0, 1));
  CHECK(second.waits());
  gate.configure(observing(1), at(2));
  CHECK(second.decision() == Decision::observed);
  gate.configure(settings(1), at(3));
  const Create third(gate, 4);
  gate.apply(live(1, 5));
  CHECK(third.decision() == Decision::rejected);
}
