#include "gate/retry_after.h"

#include <algorithm>
#include <cmath>

namespace taskgate::gate {
namespace {

constexpr double kGuessSeconds = 20;
constexpr int kShortestSpread = 2;

// Between two sessions that end, in seconds.
struct Interval {
  double seconds;
  RetryBasis basis;
};

Interval interval_of(int live, const Turnover& seen) {
  if (seen.freed >= kEnoughDepartures) {
    return {to_seconds(seen.watched) / seen.freed, RetryBasis::recent};
  }
  if (seen.ended >= kEnoughDepartures && seen.mean_lifetime && live > 0) {
    return {to_seconds(*seen.mean_lifetime) / live, RetryBasis::lifetimes};
  }
  return {kGuessSeconds, RetryBasis::guess};
}

RetryWindow learned_window(int live, int limit, const Turnover& seen) {
  if (limit <= 0) return {kLongestWindow, RetryBasis::closed};
  const Interval interval = interval_of(live, seen);
  const double until_free = std::ceil(interval.seconds * std::max(1, live - limit + 1));
  const double bounded = std::clamp<double>(until_free, kShortestWindow, kLongestWindow);
  return {static_cast<int>(bounded), interval.basis};
}

}  // namespace

const char* name_of(RetryBasis basis) {
  switch (basis) {
    case RetryBasis::recent:
      return "recent";
    case RetryBasis::lifetimes:
      return "lifetimes";
    case RetryBasis::guess:
      return "guess";
    case RetryBasis::closed:
      return "closed";
    case RetryBasis::fixed:
      return "fixed";
  }
  return "guess";
}

RetryWindow retry_window(RefusalReason reason, int live, int limit, const Turnover& seen) {
  switch (reason) {
    case RefusalReason::full:
      return learned_window(live, limit, seen);
    case RefusalReason::promised:
      return {3, RetryBasis::fixed};  // creates in flight are answered within seconds
    case RefusalReason::unknown:
    case RefusalReason::blind:
      return {10, RetryBasis::fixed};  // tmux.hold's order: time to come back or to be looked at
    case RefusalReason::draining:
      return {5, RetryBasis::fixed};  // a pod that is replaced is back in that order of time
  }
  return {};
}

int retry_after(const RetryWindow& window, std::uint32_t draw) {
  const int spread = std::max(window.seconds / 2, kShortestSpread);
  return window.seconds + static_cast<int>(draw % static_cast<std::uint32_t>(spread + 1));
}

}  // namespace taskgate::gate
