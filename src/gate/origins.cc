#include "gate/origins.h"

#include <algorithm>

namespace taskgate::gate {

std::vector<Holder> Origins::observe(const tmux::Listing& listing,
                                     const std::function<bool()>& claim) {
  std::map<Key, Holder> seen;
  for (const tmux::Session& session : listing.sessions) {
    if (!session.matches) continue;
    const Key key{session.socket, session.server, session.id};
    const auto known = sessions_.find(key);
    Origin origin = Origin::inherited;
    if (known != sessions_.end()) {
      origin = known->second.origin;
    } else if (started_) {
      origin = claim() ? Origin::created : Origin::unattributed;
    }
    seen.emplace(key, Holder{session.name, session.id, session.created, origin});
  }
  std::vector<Holder> ended;
  for (auto& [key, holder] : sessions_) {
    if (!seen.contains(key)) ended.push_back(std::move(holder));
  }
  sessions_ = std::move(seen);
  started_ = true;
  return ended;
}

std::vector<Holder> Origins::holders() const {
  std::vector<Holder> holders;
  holders.reserve(sessions_.size());
  for (const auto& [key, holder] : sessions_) holders.push_back(holder);
  std::ranges::stable_sort(holders, {}, &Holder::created);
  return holders;
}

}  // namespace taskgate::gate
