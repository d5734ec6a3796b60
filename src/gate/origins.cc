#include "gate/origins.h"

#include <algorithm>

namespace taskgate::gate {

std::vector<Holder> Origins::observe(const tmux::Listing& listing,
                                     const std::function<bool()>& claim) {
  ++listings_;
  for (const tmux::Session& session : listing.sessions) {
    if (!session.matches) continue;
    const Key key{session.socket, session.server, session.id};
    const auto [entry, is_new] = sessions_.try_emplace(key);
    Known& known = entry->second;
    if (is_new) known.holder = {{}, session.id, session.created, origin_of_new(claim)};
    known.holder.name = session.name;  // it can be renamed
    known.last_seen = listings_;
  }
  return take_unseen();
}

Origin Origins::origin_of_new(const std::function<bool()>& claim) const {
  if (listings_ == 1) return Origin::inherited;
  return claim() ? Origin::created : Origin::unattributed;
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

std::vector<Holder> Origins::holders() const {
  std::vector<Holder> holders;
  holders.reserve(sessions_.size());
  for (const auto& [key, known] : sessions_) holders.push_back(known.holder);
  std::ranges::stable_sort(holders, {}, &Holder::created);
  return holders;
}

}  // namespace taskgate::gate
