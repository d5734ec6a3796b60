// A connection's share of a fixed rate: the moments at which it is to send. They do not move when
// an answer is late, and latency counts from them: a slow proxy cannot slow its own measurement
// down.
#pragma once

#include <chrono>
#include <cstddef>

#include "base/time.h"

namespace taskgate::bench {

class Pace {
 public:
  // `per_second` is that of all `lanes` together, whose moments are spread evenly.
  Pace(TimePoint start, double per_second, std::size_t lanes, std::size_t lane)
      : period_(seconds(static_cast<double>(lanes) / per_second)),
        next_(start + seconds(static_cast<double>(lane) / per_second)) {}

  TimePoint due() const { return next_; }
  void advance() { next_ += period_; }

 private:
  static Duration seconds(double count) {
    return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(count));
  }

  Duration period_;
  TimePoint next_;
};

}  // namespace taskgate::bench
