#include "observe/history.h"

#include "support/catch.h"

namespace taskgate::observe {
namespace {

using namespace std::chrono_literals;
using gate::Decision;
using gate::SignalState;

const TimePoint kStart{1'000'000s};  // the beginning of a step
const std::chrono::system_clock::time_point kWall{1'700'000'000s};

gate::Snapshot known(int live, int in_flight = 0) {
  gate::Snapshot gate;
  gate.limit = 12;
  gate.signal = SignalState::known;
  gate.live = live;
  gate.in_flight = in_flight;
  return gate;
}

gate::Verdict decided(Decision decision, int reserved = 0, int slots = 1) {
  gate::Verdict verdict;
  if (gate::passes(decision)) verdict.slots = slots;
  verdict.decision = decision;
  verdict.limit = 12;
  verdict.reserved = reserved;
  return verdict;
}

gate::Snapshot unknown() {
  gate::Snapshot gate;
  gate.limit = 12;
  gate.signal = SignalState::unknown;
  return gate;
}

TEST_CASE("A history in which nothing became known is empty") {
  CHECK(History().points(kStart).empty());
}

TEST_CASE("The last listing of a step stands for it, and decisions add up") {
  History history;
  history.listed(known(3), kStart, kWall);
  history.decided(decided(Decision::admitted), kStart + 1s);
  history.decided(decided(Decision::admitted_unknown, 1), kStart + 2s);
  history.decided(decided(Decision::rejected, 2), kStart + 2s);
  history.decided(decided(Decision::unknown, 2), kStart + 2s);
  history.decided(decided(Decision::draining, 2), kStart + 2s);
  history.listed(known(4, 1), kStart + 4999ms, kWall);
  CHECK(history.points(kStart + 4999ms) ==
        std::vector<HistoryPoint>{{0, SignalState::known, 4, 1, 12, 2, 3, 4}});
}

TEST_CASE("A step keeps the highest count beside the last one") {
  History history;
  for (const int live : {0, 1, 0}) history.listed(known(live), kStart, kWall);
  const auto points = history.points(kStart);
  REQUIRE(points.size() == 1);
  CHECK(points[0].live == 0);
  CHECK(points[0].peak == 1);
}

TEST_CASE("Exchanges without an answer are counted for a minute") {
  History history;
  history.upstream_failed(kStart);
  history.upstream_failed(kStart + 30s);
  CHECK(history.last_minute(kStart + 31s).upstream_failures == 2);
  CHECK(history.last_minute(kStart + 70s).upstream_failures == 1);
}

TEST_CASE("Steps in which nothing became known are left out") {
  History history;
  history.listed(known(3), kStart, kWall);
  history.listed(unknown(), kStart + 20s, kWall);
  CHECK(history.points(kStart + 26s) ==
        std::vector<HistoryPoint>{{5, SignalState::known, 3, 0, 12, 0, 0, 3},
                                  {1, SignalState::unknown, {}, 0, 12, 0, 0}});
}

TEST_CASE("A step with decisions and no listing says so") {
  History history;
  history.decided(decided(Decision::rejected), kStart);
  CHECK(history.points(kStart) == std::vector<HistoryPoint>{{0, {}, {}, 0, 12, 0, 1}});
}

TEST_CASE(
    "An admission's own reservation is among those that are shown, of as many slots as it is") {
  History history;
  const auto reserved_after = [&](const gate::Verdict& verdict) {
    history.decided(verdict, kStart);
    return history.points(kStart).at(0).reserved;
  };
  CHECK(reserved_after(decided(Decision::admitted, 4)) == 5);
  CHECK(reserved_after(decided(Decision::rejected, 5)) == 5);
  CHECK(reserved_after(decided(Decision::admitted, 1, 8)) == 9);
  CHECK(reserved_after(decided(Decision::observed, 3, 0)) == 3);
}

TEST_CASE("Requests and withdrawn creates alone say nothing of the gate") {
  History history;
  history.ended(kStart);
  history.decided(decided(Decision::withdrawn), kStart);
  CHECK(history.points(kStart).empty());
}

TEST_CASE("The last minute forgets what is older, also when nothing came since") {
  History history;
  CHECK(history.last_minute(kStart).requests == 0);
  history.decided(decided(Decision::admitted), kStart);
  history.ended(kStart);
  history.ended(kStart + 30s);
  CHECK(history.last_minute(kStart + 30s).requests == 2);
  CHECK(history.last_minute(kStart + 54s).admitted == 1);
  CHECK(history.last_minute(kStart + 60s).admitted == 0);
  CHECK(history.last_minute(kStart + 60s).requests == 1);
  CHECK(history.last_minute(kStart + 1000s).requests == 0);
}

TEST_CASE("A step that comes round again starts from nothing") {
  History history;
  history.ended(kStart);
  history.ended(kStart + 900s);
  CHECK(history.last_minute(kStart + 900s).requests == 1);
}

TEST_CASE("What is older than a quarter of an hour is forgotten") {
  History history;
  history.listed(known(1), kStart, kWall);
  CHECK(history.points(kStart + 899s).size() == 1);
  CHECK(history.points(kStart + 900s).empty());
  // Its place in the ring is taken by a step of a round later.
  history.listed(known(2), kStart + 900s, kWall);
  CHECK(history.points(kStart + 900s) ==
        std::vector<HistoryPoint>{{0, SignalState::known, 2, 0, 12, 0, 0, 2}});
}

TEST_CASE("The highest count since the start stands with the time when it was seen first") {
  History history;
  history.listed(unknown(), kStart, kWall);
  CHECK_FALSE(history.peak());
  history.listed(known(0), kStart, kWall + 1s);
  CHECK(history.peak() == Peak{0, kWall + 1s});
  history.listed(known(4), kStart + 1s, kWall + 2s);
  history.listed(known(4), kStart + 2s, kWall + 3s);
  history.listed(known(3), kStart + 2000s, kWall + 2000s);
  CHECK(history.peak() == Peak{4, kWall + 2s});
}

TEST_CASE("What the gate met is marked, once a step and kind, and forgotten with its step") {
  History history;
  history.mark(Mark::start, kStart);
  history.mark(Mark::reload, kStart + 10s);
  history.mark(Mark::reload, kStart + 11s);
  history.mark(Mark::resume, kStart + 12s);
  history.mark(Mark::drain, kStart + 12s);
  CHECK(history.marks(kStart + 20s) ==
        std::vector<HistoryMark>{
            {4, Mark::start}, {2, Mark::reload}, {2, Mark::drain}, {2, Mark::resume}});
  CHECK(history.points(kStart + 20s).empty());
  CHECK(history.marks(kStart + 905s).size() == 3);
  history.listed(known(1), kStart + 910s, kWall);
  CHECK(history.marks(kStart + 910s).empty());
}

TEST_CASE("A clock that has only begun is no trouble") {
  History history;
  history.listed(known(1), TimePoint(2s), kWall);
  CHECK(history.points(TimePoint(8s)).size() == 1);
}

}  // namespace
}  // namespace taskgate::observe
