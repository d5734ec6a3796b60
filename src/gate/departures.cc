#include "gate/departures.h"

#include <algorithm>
#include <numeric>

namespace taskgate::gate {
namespace {

// The wall clock can have been set back since the session was created.
std::chrono::seconds age_of(std::int64_t created, std::int64_t wall) {
  return std::chrono::seconds(std::max<std::int64_t>(0, wall - created));
}

Duration mean_age_of(const tmux::Listing& listing) {
  if (listing.live == 0) return Duration::zero();
  std::chrono::seconds sum{};
  for (const tmux::Session& session : listing.sessions) {
    if (session.matches) sum += age_of(session.created, listing.wall);
  }
  return sum / listing.live;
}

}  // namespace

void Departures::observe(const std::vector<Holder>& ended, const tmux::Listing& listing) {
  if (!watched_since_) watched_since_ = listing.began;
  listed_ = listing.began;
  mean_age_ = mean_age_of(listing);
  for (const Holder& session : ended) {
    latest_.push_back({listing.began, age_of(session.created, listing.wall)});
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
  // Where nobody lived there was nobody to end, so that such a time does not count as waiting.
  const TimePoint last_end = latest_.empty() ? *watched_since_ : latest_.back().noticed;
  seen.mean_age = mean_age_ + (now - listed_);
  seen.quiet = std::min(now - last_end, seen.mean_age);
  seen.ended = static_cast<int>(latest_.size());
  if (latest_.empty()) return seen;
  const auto sum = std::accumulate(
      latest_.begin(), latest_.end(), std::chrono::seconds(0),
      [](std::chrono::seconds total, const Departure& each) { return total + each.lifetime; });
  seen.mean_lifetime = sum / static_cast<int>(latest_.size());
  return seen;
}

}  // namespace taskgate::gate
