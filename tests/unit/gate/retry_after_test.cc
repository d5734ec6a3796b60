#include "gate/retry_after.h"

#include <set>
#include <string>

#include "support/catch.h"

using namespace taskgate;
using namespace taskgate::gate;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

// `freed` sessions in the last quarter of an hour, `ended` ever, after a mean life of `lifetime`.
Turnover seen(int freed, int ended = 0, std::optional<Duration> lifetime = {}) {
  return {freed, minutes(15), ended, lifetime};
}

RetryWindow full(const Turnover& turnover, int live = 12, int limit = 12) {
  return retry_window(RefusalReason::full, live, limit, turnover);
}

}  // namespace

TEST_CASE("where sessions end often, a slot is promised for when the next one should") {
  CHECK(full(seen(45)).seconds == 20);
  CHECK(full(seen(9)).seconds == 100);
  CHECK(full(seen(9)).basis == RetryBasis::recent);
}

TEST_CASE(
    "where too few ended lately, the lifetimes of the last ones are shared by those that live") {
  const Turnover turnover = seen(2, 3, minutes(20));
  CHECK(full(turnover).seconds == 100);
  CHECK(full(turnover).basis == RetryBasis::lifetimes);
  CHECK(full(turnover, 6, 6).seconds == 200);
}

TEST_CASE("where too little is known it is a guess") {
  for (const Turnover& turnover : {Turnover{}, seen(2, 2, minutes(20)), seen(0)}) {
    CHECK(full(turnover).basis == RetryBasis::guess);
    CHECK(full(turnover).seconds == 20);
  }
}

TEST_CASE("hours in which nobody ended make the next end no nearer than the bound") {
  for (const Duration waited : {Duration(minutes(10)), Duration(hours(9))}) {
    CHECK(full({.mean_age = waited, .quiet = waited}).seconds == kLongestWindow);
    // Also where the gate has started a moment ago.
    CHECK(full({.mean_age = waited}).seconds == kLongestWindow);
    CHECK(full({.mean_age = waited}).basis == RetryBasis::lifetimes);
  }
  CHECK(full({.mean_age = minutes(1), .quiet = minutes(1)}).seconds == 60);
}

TEST_CASE("one end after hours does not make the next one near") {
  const Turnover turnover{.freed = 1,
                          .watched = minutes(15),
                          .ended = 1,
                          .mean_lifetime = hours(9),
                          .mean_age = hours(8)};
  CHECK(full(turnover).seconds == kLongestWindow);
  CHECK(full(turnover, 100, 100).seconds == kLongestWindow);
}

TEST_CASE("a few that ended soon do not speak for those that live on") {
  Turnover turnover = seen(0, 3, seconds(10));
  CHECK(full(turnover).seconds == kShortestWindow);
  turnover.mean_age = hours(2);
  CHECK(full(turnover).seconds == kLongestWindow);
}

TEST_CASE("many ends are worth the less the longer none has followed") {
  Turnover turnover = seen(45);
  turnover.quiet = seconds(19);
  CHECK(full(turnover).basis == RetryBasis::recent);
  turnover.quiet = seconds(70);
  CHECK(full(turnover).seconds == 70);
  CHECK(full(turnover).basis == RetryBasis::quiet);
  turnover.quiet = minutes(14);
  CHECK(full(turnover).seconds == kLongestWindow);
  CHECK(full(turnover, 100, 12).seconds == kLongestWindow);
}

TEST_CASE("where more live than the limit allows, as many more have to end first") {
  CHECK(full(seen(45), 14, 12).seconds == 60);
  CHECK(full(Turnover{}, 14, 12).seconds == 60);
}

TEST_CASE("nobody is sent away for hours, and nobody told to come back at once") {
  CHECK(full(seen(0, 64, hours(30))).seconds == kLongestWindow);
  CHECK(full(seen(64, 64, seconds(1))).seconds == 15);
  CHECK(full({64, seconds(3), 64, seconds(1)}).seconds == kShortestWindow);
  CHECK(full({3, Duration::zero(), 3, Duration::zero()}).seconds == kShortestWindow);
}

TEST_CASE("with a limit of 0 nothing comes free, whatever ends") {
  CHECK(full(seen(45), 0, 0).seconds == kLongestWindow);
  CHECK(full(seen(45), 3, 0).basis == RetryBasis::closed);
}

TEST_CASE("a slot that is only promised comes free sooner than one that a session holds") {
  const RetryWindow promised = retry_window(RefusalReason::promised, 10, 12, Turnover{});
  CHECK(promised.seconds < full(Turnover{}).seconds);
  CHECK(promised.basis == RetryBasis::fixed);
}

TEST_CASE("Retry-After never points before the end of the window and stays near it") {
  for (const RefusalReason reason : kRefusalReasons) {
    for (const int freed : {0, 3, 64}) {
      const RetryWindow window = retry_window(reason, 12, 12, seen(freed));
      REQUIRE(window.seconds >= 1);
      for (std::uint32_t draw = 0; draw < 1000; ++draw) {
        const int told = retry_after(window, draw);
        REQUIRE(told >= window.seconds);
        REQUIRE(told <= window.seconds + std::max(2, window.seconds / 2));
      }
    }
  }
}

TEST_CASE("the clients of a burst are told different times, also where the window is short") {
  const auto [window, different] =
      GENERATE(table<int, std::size_t>({{20, 11}, {2, 3}, {300, 151}}));
  std::set<int> told;
  for (std::uint32_t draw = 0; draw < 1000; ++draw) {
    told.insert(retry_after({window, RetryBasis::guess}, draw));
  }
  CHECK(told.size() == different);
}

TEST_CASE("each reason and each basis has a name of its own") {
  std::set<std::string> names;
  for (const RefusalReason reason : kRefusalReasons) names.insert(name_of(reason));
  CHECK(names.size() == kRefusalReasons.size());
  names.clear();
  for (const auto basis : {RetryBasis::recent, RetryBasis::lifetimes, RetryBasis::quiet,
                           RetryBasis::guess, RetryBasis::closed, RetryBasis::fixed}) {
    names.insert(name_of(basis));
  }
  CHECK(names.size() == 6);
}
