// What a verdict says beside the decision: the basis for answer, metrics and log.
#include "gate/gate.h"
#include "support/catch.h"
#include "world.h"

using namespace taskgate;
using namespace taskgate::gate;
using namespace taskgate::gate::test;
using std::chrono::milliseconds;

TEST_CASE("an admission has no reason, and says how old the count was that it stands on") {
  Gate gate(settings(2));
  const Ticket ticket(gate, Demand{}, at(0), nullptr);
  gate.apply(live(1, 10, 35));
  REQUIRE(ticket.verdict() != nullptr);
  CHECK_FALSE(ticket.verdict()->reason);
  CHECK_FALSE(ticket.verdict()->waited_since);
  CHECK(ticket.verdict()->signal == SignalState::known);
  CHECK(ticket.verdict()->signal_age == Duration(milliseconds(25)));
}

TEST_CASE("a create that sessions keep out is refused as full, with when to come back") {
  Gate gate(settings(12));
  const Ticket ticket(gate, Demand{}, at(0), nullptr);
  gate.apply(live(12, 1));
  REQUIRE(ticket.verdict() != nullptr);
  CHECK(ticket.verdict()->reason == RefusalReason::full);
  // The sessions are a quarter of an hour old (world.h).
  CHECK(ticket.verdict()->retry.seconds == kLongestWindow);
  CHECK(ticket.verdict()->retry.basis == RetryBasis::lifetimes);
  CHECK_FALSE(ticket.verdict()->waited_since);
}

TEST_CASE("the time to come back is learned from the sessions that ended") {
  Gate gate(settings(1));
  gate.apply(live(5, 0));
  const Ticket ticket(gate, Demand{}, at(59'000), nullptr);
  gate.apply(listing_of({session(5)}, 60'000, 60'000));
  REQUIRE(ticket.verdict() != nullptr);
  CHECK(ticket.verdict()->retry.basis == RetryBasis::recent);
  CHECK(ticket.verdict()->retry.seconds == 15);
}

TEST_CASE("a create that promised slots kept out says so, and since when it waited for one") {
  Gate gate(settings(1));
  const Ticket first(gate, Demand{}, at(0), nullptr);
  const Ticket second(gate, Demand{}, at(0), nullptr);
  gate.apply(live(0, 1, 2));
  CHECK(second.verdict() == nullptr);
  gate.apply(live(0, 1000));
  gate.apply(live(0, 2001));
  REQUIRE(second.verdict() != nullptr);
  CHECK(second.verdict()->reason == RefusalReason::promised);
  CHECK(second.verdict()->waited_since == at(2));
}

TEST_CASE("a create that got the slot of another that came back empty says since when it waited") {
  Gate gate(settings(1));
  Ticket first(gate, Demand{}, at(0), nullptr);
  const Ticket second(gate, Demand{}, at(0), nullptr);
  gate.apply(live(0, 1, 2));
  first.take_reservation().not_sent(at(50));
  REQUIRE(second.verdict() != nullptr);
  CHECK(second.verdict()->decision == Decision::admitted);
  CHECK(second.verdict()->waited_since == at(2));
}

TEST_CASE(
    "a create whose count is unknown is refused for that, with the age of the last good one") {
  Gate gate(settings(2));
  gate.apply(live(0, 0));
  const Ticket ticket(gate, Demand{}, at(10'001), nullptr);
  gate.apply(failed(tmux::Fault::timeout, 10'002, 11'002));
  REQUIRE(ticket.verdict() != nullptr);
  CHECK(ticket.verdict()->reason == RefusalReason::unknown);
  CHECK(ticket.verdict()->signal_age == Duration(milliseconds(11'002)));
  CHECK(ticket.verdict()->retry.seconds == 10);
}

TEST_CASE("a create that meets a drain is refused for that, and may come back soon") {
  Gate gate(settings(2));
  const Ticket ticket(gate, Demand{}, at(0), nullptr);
  gate.drain(at(1));
  REQUIRE(ticket.verdict() != nullptr);
  CHECK(ticket.verdict()->reason == RefusalReason::draining);
  CHECK(ticket.verdict()->retry.seconds == 5);
  CHECK_FALSE(ticket.verdict()->signal_age);
}
