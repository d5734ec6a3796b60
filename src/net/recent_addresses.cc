#include "net/recent_addresses.h"

#include <algorithm>

namespace taskgate::net {

RecentAddresses::Change RecentAddresses::take(const Endpoints& answer) {
  ++answers_;
  Change change;
  for (const auto& endpoint : answer) {
    const auto known = std::ranges::find(addresses_, endpoint, &Address::endpoint);
    if (known != addresses_.end()) {
      known->last = answers_;
    } else {
      addresses_.push_back({endpoint, answers_});
      change.added = true;
    }
  }
  const auto is_old = [this](const Address& each) { return answers_ - each.last >= kAnswers; };
  change.forgotten = std::erase_if(addresses_, is_old) > 0;
  return change;
}

}  // namespace taskgate::net
