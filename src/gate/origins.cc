#include "gate/origins.h"

#include <algorithm>
#include <utility>

namespace taskgate::gate {

std::vector<Holder> Origins::observe(const tmux::Listing& listing,
                                     const std::function<bool()>& claim) {
  const bool counts_others = std::exchange(counts_others_, false);
  if (listing.sessions.are(listed_)) return {};
  listed_ = listing.sessions;
  ++listings_;
  for (const tmux::Session& session : listing.sessions) {
    if (!session.matches) continue;
    const Key key{listing.servers[session.socket].path, session.server, session.id};
    const auto [entry, is_new] = sessions_.try_emplace(key);
    Known& known = entry->second;
    if (is_new) {
      const Origin origin = origin_of_new(session.created, claim, counts_others);
      known.holder = {{}, session.id, session.created, origin};
      known.first_shown = listing.ended;
    }
    known.holder.name = session.name;  // it can be renamed
    if (session.details) known.holder.details = session.details;
    known.last_seen = listings_;
  }
  auto ended = take_unseen();
  if (counts_others) ended.clear();
  return ended;
}

// The first listing can come long after the start, when somebody looks or creates: it is no proof
// that a session was there before. tmux tells whole seconds, so within the first one it is taken as
// one.
Origin Origins::origin_of_new(std::int64_t created, const std::function<bool()>& claim,
                              bool may_be_old) const {
  const bool may_be_older = !started_ || created <= *started_;
  if (listings_ == 1 && may_be_older) return Origin::inherited;
  if (claim()) return Origin::created;
  // It was there, and counts since now: it was renamed, or a reload counts other sessions.
  const bool is_older = started_ && created < *started_;
  return is_older || may_be_old ? Origin::inherited : Origin::unattributed;
}

// Those that were not in the last listing.
std::vector<Holder> Origins::take_unseen() {
  std::vector<Holder> ended;
  std::erase_if(sessions_, [&](auto& entry) {
    if (entry.second.last_seen == listings_) return false;
    ended.push_back(std::move(entry.second.holder));
    return true;
  });
  return ended;
}

Origins::Known* Origins::unclaimed(std::string_view name, TimePoint shown_after) {
  const auto found = std::ranges::find_if(sessions_, [&](const auto& entry) {
    const Known& known = entry.second;
    return !known.class_id && known.holder.name == name && known.first_shown > shown_after;
  });
  return found == sessions_.end() ? nullptr : &found->second;
}

std::vector<Holder> Origins::holders(
    const std::function<std::string(const Known&)>& class_name) const {
  std::vector<Holder> holders;
  holders.reserve(sessions_.size());
  each([&](const Known& known) {
    holders.push_back(known.holder);
    if (class_name) holders.back().class_name = class_name(known);
  });
  std::ranges::stable_sort(holders, {}, &Holder::created);
  return holders;
}

}  // namespace taskgate::gate
