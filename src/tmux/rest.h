// How long listings leave the tmux servers alone: tmux is one thread, which serves its user's keys
// and screens too, so that listings may have a tenth of its time. Pure. One thread.
#pragma once

#include <algorithm>
#include <optional>

#include "base/time.h"
#include "tmux/listing.h"

namespace taskgate::tmux {

class Rest {
 public:
  // A listing ended. After one that took d the next begins 9 d later. A listing that had to wait
  // for a processor took longer than tmux worked for it; so d is the shortest of the late ones, and
  // grows by an eighth with each that takes longer. What a faulty one took says nothing of tmux.
  void observe(const Listing& listing) {
    if (listing.known()) {
      const Duration took = std::min(listing.ended - listing.began, kLongest);
      shortest_ = shortest_ ? std::min(took, *shortest_ + *shortest_ / 8) : took;
    }
    if (shortest_) until_ = listing.ended + 9 * *shortest_;
  }

  // When the next listing may begin; in the past where nothing was listed yet.
  TimePoint until() const { return until_; }

 private:
  // A server that takes longer is in trouble of its own, and creates have waited enough.
  static constexpr Duration kLongest = std::chrono::milliseconds(25);

  std::optional<Duration> shortest_;
  TimePoint until_{};
};

}  // namespace taskgate::tmux
