#include "observe/history.h"

#include "support/catch.h"

namespace taskgate::observe {
namespace {

using namespace std::chrono_literals;
using gate::Decision;
using gate::SignalState;

const TimePoint kStart{1'000'000s};  // the beginning of a step

gate::Snapshot known(int live, int in_flight = 0) {
  gate::Snapshot gate;
  gate.limit = 12;
  gate.signal = SignalState::known;
  gate.live = live;
  gate.in_flight = in_flight;
  return gate;
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
  history.listed(known(3), kStart);
  history.decided(Decision::admitted, known(3, 1), kStart + 1s);
  history.decided(Decision::admitted_unknown, known(3, 2), kStart + 2s);
  history.decided(Decision::rejected, known(3, 2), kStart + 2s);
  history.decided(Decision::unknown, known(3, 2), kStart + 2s);
  history.decided(Decision::draining, known(3, 2), kStart + 2s);
  history.listed(known(4, 1), kStart + 4999ms);
  CHECK(history.points(kStart + 4999ms) ==
        std::vector<HistoryPoint>{{0, SignalState::known, 4, 1, 12, 2, 3}});
}

TEST_CASE("Steps in which nothing became known are left out") {
  History history;
  history.listed(known(3), kStart);
  history.listed(unknown(), kStart + 20s);
  CHECK(history.points(kStart + 26s) ==
        std::vector<HistoryPoint>{{5, SignalState::known, 3, 0, 12, 0, 0},
                                  {1, SignalState::unknown, {}, 0, 12, 0, 0}});
}

TEST_CASE("A step with decisions and no listing says so") {
  History history;
  history.decided(Decision::rejected, known(12), kStart);
  CHECK(history.points(kStart) == std::vector<HistoryPoint>{{0, {}, {}, 0, 12, 0, 1}});
}

TEST_CASE("What is older than a quarter of an hour is forgotten") {
  History history;
  history.listed(known(1), kStart);
  CHECK(history.points(kStart + 899s).size() == 1);
  CHECK(history.points(kStart + 900s).empty());
  // Its place in the ring is taken by a step of a round later.
  history.listed(known(2), kStart + 900s);
  CHECK(history.points(kStart + 900s) ==
        std::vector<HistoryPoint>{{0, SignalState::known, 2, 0, 12, 0, 0}});
}

TEST_CASE("A clock that has only begun is no trouble") {
  History history;
  history.listed(known(1), TimePoint(2s));
  CHECK(history.points(TimePoint(8s)).size() == 1);
}

}  // namespace
}  // namespace taskgate::observe
