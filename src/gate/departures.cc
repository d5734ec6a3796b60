#include "gate/departures.h"

#include <algorithm>
#include <numeric>

namespace taskgate::gate {

void Departures::observe(const std::vector<Holder>& ended, TimePoint began, std::int64_t wall) {
  if (!watched_since_) watched_since_ = began;
  for (const Holder& session : ended) {
    // The wall clock can have been set back meanwhile.
    const std::int64_t lived = std::max<std::int64_t>(0, wall - session.created);
    latest_.push_back({began, std::chrono::seconds(lived)});
    if (latest_.size() > kRemembered) latest_.pop_front();
  }
}

Turnover Departures::turnover(TimePoint now) const {
  Turnover seen;
  if (!watched_since_) return seen;
  seen.watched = std::min(kWatched, now - *watched_since_);
  const TimePoint from = now - seen.watched;
  seen.freed = static_cast<int>(
      std::ranges::count_if(latest_, [&](const Departure& each) { return each.noticed >= from; }));
  // More than are remembered ended meanwhile: those that are tell of a shorter time.
  if (latest_.size() == kRemembered && latest_.front().noticed > from) {
    seen.watched = now - latest_.front().noticed;
  }
  seen.ended = static_cast<int>(latest_.size());
  if (latest_.empty()) return seen;
  const auto sum = std::accumulate(
      latest_.begin(), latest_.end(), std::chrono::seconds(0),
      [](std::chrono::seconds total, const Departure& each) { return total + each.lifetime; });
  seen.mean_lifetime = Duration(sum) / static_cast<int>(latest_.size());
  return seen;
}

}  // namespace taskgate::gate
