// Lets a burst of something pass and then one in a stretch of time, and counts what it holds back:
// for lines of the log that others could make it write without end. Passive; one thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "base/time.h"

namespace taskgate {

class Throttle {
 public:
  // `burst` (1 at least) pass at once; each `every` without one gives back one of them.
  constexpr Throttle(int burst, Duration every) : every_(every), ahead_(every * (burst - 1)) {}

  // How many were held back since the one that passed before; nothing: this one is held back, too.
  std::optional<std::uint64_t> pass(TimePoint now) {
    if (next_ > now + ahead_) {
      ++held_back_;
      return std::nullopt;
    }
    next_ = std::max(next_, now) + every_;
    return std::exchange(held_back_, 0);
  }

 private:
  Duration every_;
  Duration ahead_;
  TimePoint next_{};  // when none of the burst is used up any more
  std::uint64_t held_back_ = 0;
};

}  // namespace taskgate
