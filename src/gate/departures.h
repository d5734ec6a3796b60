// How slots come free: the sessions that ended, when that was noticed, and how long they had lived.
// What Retry-After is reckoned from; it decides nothing. Passive; one thread.
#pragma once

#include <chrono>
#include <deque>
#include <optional>
#include <vector>

#include "base/time.h"
#include "gate/snapshot.h"

namespace taskgate::gate {

class Departures {
 public:
  static constexpr Duration kWatched = std::chrono::minutes(15);
  static constexpr std::size_t kRemembered = 64;

  // A good listing no longer had these sessions: when it began, and the Unix time of its end.
  void observe(const std::vector<Holder>& ended, TimePoint began, std::int64_t wall);

  Turnover turnover(TimePoint now) const;

 private:
  struct Departure {
    TimePoint noticed;
    std::chrono::seconds lifetime;
  };
  std::deque<Departure> latest_;  // oldest first
  std::optional<TimePoint> watched_since_;
};

}  // namespace taskgate::gate
