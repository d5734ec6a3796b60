#include "gate/socket_check.h"

#include <algorithm>

namespace taskgate::gate {
namespace {

// The highest id that the same server showed before; nothing for a server that is new.
std::optional<std::uint64_t> highest_before(const std::vector<tmux::ServerMark>& servers,
                                            std::int32_t pid) {
  for (const tmux::ServerMark& server : servers) {
    if (server.pid == pid && server.has_sessions) return server.highest_id;
  }
  return std::nullopt;
}

}  // namespace

void SocketCheck::add(const Claim& claim) {
  // While no listing comes, the newest few are all that a later one could judge.
  if (claims_.size() >= kContradictions) claims_.erase(claims_.begin());
  claims_.push_back(claim);
}

void SocketCheck::observe(const tmux::Listing& listing) {
  take_in(listing);
  live_ = listing.live;
  std::erase_if(claims_, [&](const Claim& claim) {
    if (listing.began <= claim.due) return false;
    if (listing.began - claim.due <= kJudgedWithin) judge(claim, listing);
    return true;
  });
  if (listing.other == tmux::OtherTmux::none) unseen_ = 0;
}

void SocketCheck::forget() {
  servers_.reset();
  claims_.clear();
  ++mark_.changes;  // a create that is in flight contradicts nothing
  live_ = unseen_ = mismatched_ = 0;
}

void SocketCheck::trial_passed(TimePoint now) {
  next_trial_ = now + pause_;
  pause_ = std::min(2 * pause_, kLongestPause);
}

void SocketCheck::take_in(const tmux::Listing& listing) {
  if (servers_ && *servers_ == listing.servers) return;
  if (servers_) {
    ++mark_.changes;
    for (const tmux::Session& session : listing.sessions) {
      const auto before = highest_before(*servers_, session.server);
      if (before && session.id <= *before) continue;
      ++mark_.births;
      if (session.matches) ++mark_.matching;
    }
    unseen_ = 0;  // any sign of life on the socket
  }
  servers_ = listing.servers;
}

void SocketCheck::judge(const Claim& claim, const tmux::Listing& listing) {
  if (mark_.matching != claim.before.matching || listing.live > 0) {
    unseen_ = 0;
    mismatched_ = 0;
  } else if (mark_.births != claim.before.births) {
    ++mismatched_;
  } else if (mark_.changes == claim.before.changes) {
    contradicted(listing.ended);
  }
}

void SocketCheck::contradicted(TimePoint now) {
  if (++unseen_ != kContradictions) return;
  next_trial_ = now + kFirstPause;
  pause_ = 2 * kFirstPause;
}

}  // namespace taskgate::gate
