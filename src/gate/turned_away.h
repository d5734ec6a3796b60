// Whom the upstream turned away last: senders that were not let in (401, 403) or asked for what is
// not there (404). A sender is a number that stands for all that tells one from another (the layer
// that reads requests makes it). Bounded, passive; one thread.
#pragma once

#include <algorithm>
#include <boost/circular_buffer.hpp>
#include <cstdint>

namespace taskgate::gate {

using Sender = std::uint64_t;

inline bool turns_away(int status) {
  return status == 401 || status == 403 || status == 404;
}

class TurnedAway {
 public:
  static constexpr std::size_t kMost = 256;  // the oldest is forgotten

  void add(Sender sender) {
    if (!has(sender)) senders_.push_back(sender);
  }
  void remove(Sender sender) {
    const auto found = std::ranges::find(senders_, sender);
    if (found != senders_.end()) senders_.erase(found);
  }
  bool has(Sender sender) const { return std::ranges::find(senders_, sender) != senders_.end(); }

 private:
  boost::circular_buffer<Sender> senders_{kMost};
};

}  // namespace taskgate::gate
