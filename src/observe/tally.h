// What came and how it was decided: since the start, and in the last minute, for whoever looks at
// the status only once. Passive; one thread.
#pragma once

#include <array>
#include <cstdint>

#include "base/time.h"
#include "observe/outcome.h"

namespace taskgate::observe {

struct Counts {
  std::uint64_t requests = 0;  // all that ended, creates and their refusals among them
  std::uint64_t admitted = 0;  // creates that passed, by count or because the count was unknown
  std::uint64_t refused = 0;
  std::uint64_t withdrawn = 0;  // the client left before the decision
};

class Tally {
 public:
  void record(const Outcome& outcome, TimePoint now);

  const Counts& totals() const { return totals_; }
  // In whole steps of five seconds, so that it covers between 55 and 60 s.
  Counts last_minute(TimePoint now) const;

 private:
  struct Step {
    std::int64_t number = -1;  // of the five seconds that it counts
    Counts counts;
  };
  static constexpr std::int64_t kSteps = 12;

  Counts totals_;
  std::array<Step, kSteps> steps_;
};

}  // namespace taskgate::observe
