// Creates of senders that were turned away stand behind all others in the line.
#include "gate/turned_away.h"

#include "creates.h"

using namespace taskgate::gate;
using namespace taskgate::gate::test;

namespace {

constexpr Demand kStranger{.sender = 7};
constexpr Demand kOwner{.sender = 8};

void answer(Create& create, int status, double now) {
  REQUIRE(create.decision() == Decision::admitted);
  create.ticket.take_reservation().answered(status, at(now));
}

// A create of the stranger's gets this answer, and its slot is free again.
void answer_stranger(Gate& gate, int status, double now) {
  Create create(gate, now, kStranger);
  gate.apply(live(0, now + 1));
  answer(create, status, now + 2);
  gate.apply(live(0, now + 3));
}

// Whether a create of the owner's gets the only slot before an older one of the stranger's.
bool stranger_gives_way(Gate& gate, double now) {
  Create stranger(gate, now, kStranger);
  Create owner(gate, now + 1, kOwner);
  gate.apply(live(0, now + 2));
  CHECK(stranger.waits() != owner.waits());
  return stranger.waits();
}

}  // namespace

TEST_CASE("a create whose sender was turned away stands behind one that came later") {
  for (const int status : {401, 403, 404}) {
    CAPTURE(status);
    Gate gate(settings(1));
    answer_stranger(gate, status, 0);
    CHECK(stranger_gives_way(gate, 10));
  }
}

TEST_CASE("whatever else the upstream answers leaves the line in the order of arrival") {
  for (const int status : {201, 302, 400, 409, 413, 429, 500, 503}) {
    CAPTURE(status);
    Gate gate(settings(1));
    answer_stranger(gate, status, 0);
    CHECK_FALSE(stranger_gives_way(gate, 10));
  }
}

TEST_CASE("a success lets a sender stand like others again, another refusal does not") {
  Gate gate(settings(1));
  answer_stranger(gate, 401, 0);
  answer_stranger(gate, 429, 10);
  answer_stranger(gate, 500, 20);
  SECTION("none") {
    CHECK(stranger_gives_way(gate, 40));
  }
  SECTION("one") {
    answer_stranger(gate, 202, 30);
    CHECK_FALSE(stranger_gives_way(gate, 40));
  }
}

TEST_CASE("a flood that is in the line already gives way with its first 401") {
  Gate gate(settings(1));
  Create first(gate, 0, kStranger);
  Create second(gate, 0, kStranger);
  Create third(gate, 0, kStranger);
  Create owner(gate, 1, kOwner);
  gate.apply(live(0, 2));
  CHECK(owner.waits());
  answer(first, 401, 3);
  CHECK(second.waits());
  answer(owner, 409, 4);
  answer(second, 401, 5);
  CHECK(third.decision() == Decision::admitted);
}

TEST_CASE("creates that wait stop deferring when one of their sender goes well") {
  Gate gate(settings(2));
  Create turned_away(gate, 0, kStranger);
  Create goes_well(gate, 0, kStranger);
  Create waits(gate, 0, kStranger);
  Create owner(gate, 1, kOwner);
  gate.apply(live(1, 2));
  answer(turned_away, 404, 3);
  CHECK(goes_well.waits());
  answer(owner, 409, 4);
  Create late(gate, 5, kOwner);
  answer(goes_well, 201, 6);
  gate.apply(live(1, 7));
  CHECK(waits.decision() == Decision::admitted);
  CHECK(late.waits());
}

TEST_CASE("creates that defer get what nobody else is there for, at once and oldest first") {
  Gate gate(settings(2));
  answer_stranger(gate, 401, 0);
  Create first(gate, 10, kStranger);
  Create second(gate, 11, kStranger);
  Create third(gate, 12, kStranger);
  gate.apply(live(0, 13));
  CHECK(first.decision() == Decision::admitted);
  CHECK(second.decision() == Decision::admitted);
  CHECK(third.waits());
}

TEST_CASE("a create that defers is decided within its wait, like every other") {
  Gate gate(settings(1));
  answer_stranger(gate, 401, 0);
  Create holds(gate, 10, kOwner);
  gate.apply(live(0, 11));
  Create stranger(gate, 12, kStranger);
  Create owner(gate, 13, kOwner);
  gate.apply(live(0, 14));
  CHECK(stranger.waits());
  SECTION("refused when the free slot stays promised") {
    gate.apply(live(0, 2020));
    CHECK(stranger.decision() == Decision::rejected);
    CHECK(stranger.ticket.verdict()->reason == RefusalReason::promised);
    CHECK(owner.decision() == Decision::rejected);
  }
  SECTION("admitted when its turn comes") {
    answer(holds, 409, 20);
    answer(owner, 409, 21);
    CHECK(stranger.decision() == Decision::admitted);
  }
}

TEST_CASE("the oldest of many that were turned away is forgotten") {
  TurnedAway senders;
  for (Sender each = 1; each <= TurnedAway::kMost; ++each) senders.add(each);
  senders.add(TurnedAway::kMost);  // it is there
  CHECK(senders.has(1));
  senders.add(1000);
  CHECK_FALSE(senders.has(1));
  CHECK(senders.has(2));
  senders.remove(2);
  senders.add(1001);
  CHECK_FALSE(senders.has(2));
  CHECK(senders.has(3));
  senders.remove(5000);  // nobody
  CHECK(senders.has(1001));
}
