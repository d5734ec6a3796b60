// How slots come free: the sessions that ended, when that was noticed, how long they had lived, and
// how long those that live have lived so far. What Retry-After is reckoned from; it decides
// nothing. Passive; one thread.
#pragma once

#include <chrono>
#include <deque>
#include <optional>
#include <vector>

#include "base/time.h"
#include "gate/snapshot.h"
#include "tmux/listing.h"

namespace taskgate::gate {

class Departures {
 public:
  static constexpr Duration kWatched = std::chrono::minutes(15);
  static constexpr std::size_t kRemembered = 64;

  // A good listing, which no longer had the sessions that `ended`.
  void observe(const std::vector<Holder>& ended, const tmux::Listing& listing);

  Turnover turnover(TimePoint now) const;

 private:
  struct Departure {
    TimePoint noticed;
    std::chrono::seconds lifetime;
  };
  std::deque<Departure> latest_;  // oldest first
  std::optional<TimePoint> watched_since_;
  Duration mean_age_{};  // of the sessions in the last listing, when it began
  TimePoint listed_{};
};

}  // namespace taskgate::gate
