#include "observe/tally.h"

#include <chrono>

namespace taskgate::observe {
namespace {

std::int64_t step_number(TimePoint now) {
  return now.time_since_epoch() / std::chrono::seconds(5);
}

void add(Counts& to, const Counts& more) {
  to.requests += more.requests;
  to.admitted += more.admitted;
  to.refused += more.refused;
  to.withdrawn += more.withdrawn;
}

Counts counts_of(const Outcome& outcome) {
  Counts one{.requests = 1};
  if (!outcome.verdict) return one;
  if (outcome.verdict->reason) {
    one.refused = 1;
  } else if (outcome.verdict->decision == gate::Decision::withdrawn) {
    one.withdrawn = 1;
  } else {
    one.admitted = 1;
  }
  return one;
}

}  // namespace

void Tally::record(const Outcome& outcome, TimePoint now) {
  const Counts one = counts_of(outcome);
  add(totals_, one);
  const std::int64_t number = step_number(now);
  Step& step = steps_[static_cast<std::size_t>(number % kSteps)];
  if (step.number != number) step = {number, {}};
  add(step.counts, one);
}

Counts Tally::last_minute(TimePoint now) const {
  Counts sum;
  const std::int64_t number = step_number(now);
  for (const Step& step : steps_) {
    if (step.number >= 0 && step.number > number - kSteps) add(sum, step.counts);
  }
  return sum;
}

}  // namespace taskgate::observe
