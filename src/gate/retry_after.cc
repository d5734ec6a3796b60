#include "gate/retry_after.h"

#include <algorithm>
#include <cmath>

#include "base/names.h"

namespace taskgate::gate {
namespace {

constexpr double kGuessSeconds = 20;
constexpr int kShortestSpread = 2;

// Between two sessions that end, in seconds.
struct Interval {
  double seconds;
  RetryBasis basis;
};

// The mean lifetime is the time that all of them have lived, by the number of those that ended.
double interval_by_lifetimes(int live, const Turnover& seen) {
  const double lifetimes = seen.ended * to_seconds(seen.mean_lifetime.value_or(Duration::zero()));
  return (lifetimes / live + to_seconds(seen.mean_age)) / std::max(1, seen.ended);
}

Interval interval_by_ends(int live, const Turnover& seen) {
  if (seen.freed >= kEnoughDepartures) {
    return {to_seconds(seen.watched) / seen.freed, RetryBasis::recent};
  }
  const bool knows = seen.ended >= kEnoughDepartures || to_seconds(seen.mean_age) > kGuessSeconds;
  if (knows && live > 0) return {interval_by_lifetimes(live, seen), RetryBasis::lifetimes};
  return {kGuessSeconds, RetryBasis::guess};
}

Interval interval_of(int live, const Turnover& seen) {
  const Interval by_ends = interval_by_ends(live, seen);
  const double quiet = to_seconds(seen.quiet);
  return quiet > by_ends.seconds ? Interval{quiet, RetryBasis::quiet} : by_ends;
}

RetryWindow learned_window(int live, int limit, const Turnover& seen) {
  if (limit <= 0) return {kLongestWindow, RetryBasis::closed};
  const Interval interval = interval_of(live, seen);
  const double until_free = std::ceil(interval.seconds * std::max(1, live - limit + 1));
  const double bounded = std::clamp<double>(until_free, kShortestWindow, kLongestWindow);
  return {static_cast<int>(bounded), interval.basis};
}

constexpr auto kBasisNames = names_up_to(RetryBasis::fixed, {{RetryBasis::recent, "recent"},
                                                             {RetryBasis::lifetimes, "lifetimes"},
                                                             {RetryBasis::quiet, "quiet"},
                                                             {RetryBasis::guess, "guess"},
                                                             {RetryBasis::closed, "closed"},
                                                             {RetryBasis::fixed, "fixed"}});

}  // namespace

const char* name_of(RetryBasis basis) {
  return kBasisNames[basis];
}

RetryWindow retry_window(RefusalReason reason, int live, int limit, const Turnover& seen) {
  switch (reason) {
    case RefusalReason::full:
    case RefusalReason::class_full:
    case RefusalReason::line_full:
      return learned_window(live, limit, seen);
    case RefusalReason::promised:
      return {3, RetryBasis::fixed};  // creates in flight are answered within seconds
    case RefusalReason::unknown:
    case RefusalReason::blind:
      return {10, RetryBasis::fixed};  // tmux.hold's order: time to come back or to be looked at
    case RefusalReason::draining:
      return {5, RetryBasis::fixed};  // a pod that is replaced is back in that order of time
    case RefusalReason::unconfigured:
      return {60, RetryBasis::fixed};  // a mended ConfigMap takes that long to come in
  }
  return {};
}

int retry_after(const RetryWindow& window, std::uint32_t draw) {
  const int spread = std::max(window.seconds / 2, kShortestSpread);
  return window.seconds + static_cast<int>(draw % static_cast<std::uint32_t>(spread + 1));
}

}  // namespace taskgate::gate
