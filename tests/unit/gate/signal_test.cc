// What the gate decides on while the count is held, unknown or late, and when it is blind.
#include "creates.h"
#include "gate/gate.h"
#include "support/catch.h"

using namespace taskgate;
using namespace taskgate::gate;
using namespace taskgate::gate::test;

TEST_CASE("while the last good listing is young it is used together with all reservations") {
  Gate gate(settings(2));
  Create first(gate, 0);
  gate.apply(live(0, 1));
  first.ticket.take_reservation().answered(201, at(2));
  Create second(gate, 3);
  Create third(gate, 3);
  gate.apply(failed(tmux::Fault::timeout, 4, 1004));
  CHECK(second.decision() == Decision::admitted);
  CHECK(third.waits());
  CHECK(gate.snapshot(at(1004)).signal == SignalState::held);
  CHECK(gate.snapshot(at(1004)).live == 0);
}

TEST_CASE("after tmux.hold without a good listing creates are refused as unknown with the reason") {
  Gate gate(settings(2));
  Create first(gate, 0);
  gate.apply(live(0, 1));
  Create second(gate, 10'001);
  gate.apply(failed(tmux::Fault::permission_denied, 10'002));
  CHECK(second.decision() == Decision::unknown);
  CHECK(second.ticket.verdict()->fault == "permission_denied");
  CHECK(second.ticket.verdict()->detail == "the tmux server does not answer");
  CHECK_FALSE(second.ticket.verdict()->live);
  CHECK_FALSE(gate.snapshot(at(10'003)).live);
  CHECK_FALSE(gate.snapshot(at(10'003)).slots_free());
  CHECK(gate.snapshot_with_holders(at(10'003)).holders.empty());
}

TEST_CASE("while the count is unknown those that held the slots last are told apart") {
  Gate gate(settings(2));
  CHECK(gate.snapshot_with_holders(at(0)).last_holders.empty());
  gate.apply(live(2, 1));
  CHECK(gate.snapshot_with_holders(at(2)).last_holders.empty());
  gate.apply(failed(tmux::Fault::timeout, 3));
  CHECK(gate.snapshot_with_holders(at(4)).holders.size() == 2);  // held
  CHECK(gate.snapshot_with_holders(at(4)).last_holders.empty());
  const Snapshot unknown = gate.snapshot_with_holders(at(20'001));
  CHECK(unknown.holders.empty());
  CHECK(unknown.last_holders.size() == 2);
  CHECK(unknown.signal_age == std::chrono::seconds(20));
  gate.apply(live(1, 30'000));
  CHECK(gate.snapshot_with_holders(at(30'001)).last_holders.empty());
}

TEST_CASE("while no slot is free it is told when one is expected, and what that stands on") {
  const auto expected = [](const Gate& gate, double now) {
    return gate.snapshot_with_holders(at(now)).expected;
  };
  Gate gate(settings(2));
  CHECK_FALSE(expected(gate, 0));
  gate.apply(live(1, 1));
  CHECK_FALSE(expected(gate, 2));
  Create create(gate, 3);
  gate.apply(live(1, 4));
  REQUIRE(expected(gate, 5));  // the free slot is promised
  CHECK(expected(gate, 5)->basis == RetryBasis::fixed);
  create.ticket.take_reservation().answered(201, at(6));
  gate.apply(live(2, 7));
  REQUIRE(expected(gate, 8));
  CHECK(expected(gate, 8)->basis == gate.snapshot_with_holders(at(8)).retry.basis);
  CHECK(expected(gate, 8)->seconds == gate.snapshot_with_holders(at(8)).retry.seconds);
  gate.apply(failed(tmux::Fault::timeout, 20'000));
  CHECK_FALSE(expected(gate, 20'001));
  gate.apply(live(2, 30'000));
  gate.drain(at(30'001));
  CHECK_FALSE(expected(gate, 30'002));
}

TEST_CASE("without any good listing the first fault is unknown, not zero") {
  Gate gate(settings(2));
  CHECK(gate.snapshot(at(0)).signal == SignalState::none);
  CHECK_FALSE(gate.snapshot(at(0)).live);
  Create create(gate, 0);
  gate.apply(failed(tmux::Fault::folder_missing, 1));
  CHECK(create.decision() == Decision::unknown);
}

TEST_CASE(
    "on_unknown admit lets creates pass, with a reservation that counts once the signal is back") {
  Settings admit = settings(1);
  admit.admit_unknown = true;
  Gate gate(admit);
  Create first(gate, 0);
  Create second(gate, 0);
  gate.apply(failed(tmux::Fault::timeout, 1));
  CHECK(first.decision() == Decision::admitted_unknown);
  CHECK(second.decision() == Decision::admitted_unknown);
  Create third(gate, 2);
  gate.apply(live(0, 3));
  CHECK(third.waits());
}

TEST_CASE("slots given while the count stays unknown do not pile up for ever") {
  Settings admit = settings(1);
  admit.admit_unknown = true;
  Gate gate(admit);
  Create first(gate, 0);
  gate.apply(failed(tmux::Fault::timeout, 1));
  first.ticket.take_reservation().answered(201, at(2));
  gate.apply(failed(tmux::Fault::timeout, 5'002));
  CHECK(gate.snapshot(at(5'002)).settling == 1);
  gate.apply(failed(tmux::Fault::timeout, 5'003));
  CHECK(gate.snapshot(at(5'003)).settling == 0);
}

TEST_CASE("creates that wait while the count is held ask again, but not in a tight loop") {
  Gate gate(settings(1));
  Create first(gate, 0);
  gate.apply(live(0, 1));
  Create second(gate, 2);
  gate.apply(failed(tmux::Fault::access_denied, 3, 3));
  CHECK(second.waits());
  CHECK(gate.next_listing() == at(103));
}

TEST_CASE("a late answer is taken when it is newer than what is known") {
  Gate gate(settings(3));
  gate.apply(live(1, 1));
  gate.apply(failed(tmux::Fault::timeout, 100, 1100));
  gate.apply(live(2, 100, 5000));
  CHECK(gate.snapshot(at(5000)).live == 2);
  gate.apply(live(1, 50, 5001));
  CHECK(gate.snapshot(at(5001)).live == 2);
}

TEST_CASE("a late answer that began before a create's answer does not end its reservation") {
  Gate gate(settings(3));
  Create first(gate, 0);
  gate.apply(live(0, 1));
  gate.apply(failed(tmux::Fault::timeout, 2, 1002));
  first.ticket.take_reservation().answered(201, at(1500));
  gate.apply(live(0, 2, 2000));
  CHECK(gate.snapshot(at(2000)).settling == 1);
}

TEST_CASE("a blind gate refuses as unknown and any sign of life on the socket clears it") {
  Gate gate(settings(12));
  double now = make_blind(gate);
  Create refused(gate, now += 10);
  gate.apply(live(0, now += 10));
  CHECK(refused.decision() == Decision::unknown);
  CHECK(refused.ticket.verdict()->fault == "blind");
  CHECK(refused.ticket.verdict()->reason == RefusalReason::blind);
  CHECK_FALSE(gate.snapshot(at(now)).live);
  gate.apply(live(1, now += 10));
  CHECK(gate.snapshot(at(now)).signal == SignalState::known);
  CHECK(gate.snapshot(at(now)).live == 1);
}

// It stayed shut for ever: no sign of life can come where no create passes.
TEST_CASE("a blind gate lets one create pass after a pause, and sees again if that one shows") {
  Gate gate(settings(12));
  double now = make_blind(gate) + 10'000;
  Create trial(gate, now += 10);
  Create behind(gate, now += 10);
  gate.apply(live(0, now += 10));
  REQUIRE(trial.decision() == Decision::admitted);
  CHECK(behind.decision() == Decision::unknown);
  gate.succeeded(*trial.ticket.take_reservation().answered(201, at(now += 10)));
  gate.apply(live(1, now += 10));
  CHECK(gate.snapshot(at(now)).signal == SignalState::known);
}

TEST_CASE("no trial passes a limit that its reservations fill, a fault, or a limit of none") {
  Gate gate(settings(1));
  double now = make_blind(gate) + 10'000;
  Create held(gate, now += 10);
  gate.apply(live(0, now += 10));
  REQUIRE(held.decision() == Decision::admitted);
  now += 1e7;
  Create second(gate, now += 10);
  gate.apply(live(0, now += 10));
  CHECK(second.decision() == Decision::unknown);
  held.ticket.take_reservation().not_sent(at(now += 10));
  Create third(gate, now += 10);
  gate.apply(failed(tmux::Fault::another_server, now += 10));
  CHECK(third.decision() == Decision::unknown);
  CHECK(third.ticket.verdict()->fault == "another_server");
  gate.configure(settings(0), at(now += 10));
  Create fourth(gate, now += 10);
  gate.apply(live(0, now += 10));
  CHECK(fourth.decision() == Decision::unknown);
}

TEST_CASE("when other sessions count nothing is decided on what was listed before") {
  Gate gate(settings(1));
  gate.apply(live(0, 0));
  Create early(gate, 10);
  gate.apply(live(0, 11));
  REQUIRE(early.decision() == Decision::admitted);
  Create waiting(gate, 20);
  gate.apply(live(0, 21));
  REQUIRE(waiting.waits());
  gate.forget_count();
  gate.configure(settings(2), at(22));
  CHECK(waiting.waits());
  CHECK(gate.next_listing() <= at(22));
  CHECK_FALSE(gate.snapshot_with_holders(at(22)).live);
  SECTION("what is listed now is what counts") {
    gate.apply(live(2, 23));
    CHECK(waiting.decision() == Decision::rejected);
  }
  SECTION("where that cannot be had nothing is held") {
    gate.apply(failed(tmux::Fault::timeout, 23));
    CHECK(waiting.decision() == Decision::unknown);
  }
}
