// Where the live sessions come from, for people who look: created through the gate, inherited, or
// made by another door. It decides nothing (see gate.h on why sessions are not matched to creates).
// One thread.
#pragma once

#include <functional>
#include <map>
#include <tuple>
#include <vector>

#include "gate/snapshot.h"
#include "tmux/listing.h"

namespace taskgate::gate {

class Origins {
 public:
  // A good listing. `claim` is asked once for each new matching session and says whether there is a
  // create that it can be put down to. Gives the matching sessions that ended since the one before.
  std::vector<Holder> observe(const tmux::Listing& listing, const std::function<bool()>& claim);

  // The matching sessions of the last listing, oldest first.
  std::vector<Holder> holders() const;

 private:
  // A session's identity: ids start over with a restarted server, so the server's pid belongs to
  // it.
  using Key = std::tuple<std::uint32_t, std::int32_t, std::uint64_t>;
  std::map<Key, Holder> sessions_;
  bool started_ = false;
};

}  // namespace taskgate::gate
