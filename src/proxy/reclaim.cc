#include "proxy/reclaim.h"

#include <algorithm>
#include <queue>
#include <utility>
#include <vector>

#include "base/log.h"

namespace taskgate::proxy {
namespace {

// A client that has not moved for so long stalls.
constexpr Duration kStill = std::chrono::milliseconds(500);
// A client that has sent a whole request waits for others, and does not count as stalling for so
// long.
constexpr Duration kTurn = std::chrono::seconds(2);

constexpr Duration kTold = std::chrono::seconds(10);

constexpr const char* kAllGone =
    "as much is held for clients as limits.held allows: those that held most without moving gave "
    "way. Where they were no attack, raise limits.held, and the container's memory with it";
constexpr const char* kBodiesGone =
    "as much is held of the bodies of creates as admission.body_total allows: those that held most "
    "without moving gave way. Where they were no attack, raise admission.body_total, and "
    "limits.held where it is below";

// What is held by those that hold more than another does, who is asked for in the order of weight,
// the heaviest first.
class HeldByOthers {
 public:
  void add(std::size_t weight) { weights_.push(weight); }
  std::size_t of_heavier(std::size_t weight) {
    for (; !weights_.empty() && weights_.top() > weight; weights_.pop()) sum_ += weights_.top();
    return sum_;
  }

 private:
  std::priority_queue<std::size_t> weights_;
  std::size_t sum_ = 0;
};

}  // namespace

// A body that is whole waits for its decision, not for its client.
std::size_t Reclaim::weight(const Reclaimable& client, Bound bound) {
  if (bound == Bound::bodies) return client.reads_body_ ? client.body_ : 0;
  return client.bytes_ + (client.busy_ ? Reclaimable::kRequest : 0);
}

// A client that waits with little in hand: it is the gate that does not move. Those that stall by
// themselves give way first, even where a newcomer's head is more than what each of a crowd holds.
bool Reclaim::waits_for_little(const Reclaimable& client) {
  return client.asks_ > 0 && client.bytes_ <= Reclaimable::kLittle;
}

bool Reclaim::stalls(const Reclaimable& client, TimePoint now) {
  const bool has_turn = client.asks_for_request_ && waits_for_little(client);
  return now - client.moved_ >= (has_turn ? kTurn : kStill);
}

void Reclaim::shrink_still_ones(TimePoint now) {
  for (Reclaimable& client : clients_) {
    if (client.bytes_ > 0 && stalls(client, now)) client.shrink();
  }
}

// As many give way as it takes, together with those that are on their way out already; whoever
// waits and gives way asks for nothing any more. While most is with those that hold more and moved
// just now, as a crowd of heads that has just come, it is they who go on, or stall, in a moment:
// those that hold less and are silent, as tunnels and streams are, would go first else. Bodies can
// move for long.
void Reclaim::make_way(const Shortage& shortage, TimePoint now) {
  std::size_t needed = shortage.bytes();
  if (needed == 0) return;
  const auto weight_of = [&](const Reclaimable& client) { return weight(client, shortage.of); };
  std::vector<Reclaimable*> still;
  HeldByOthers others;
  for (Reclaimable& client : clients_) {
    if (client.gave_way_) needed -= std::min(needed, weight_of(client) + client.asks_);
    if (!client.gave_way_ && weight_of(client) > 0 && stalls(client, now)) {
      still.push_back(&client);
    } else if (shortage.of == Bound::held) {
      others.add(weight_of(client) - client.body_);
    }
  }
  std::sort(still.begin(), still.end(), [&](const Reclaimable* a, const Reclaimable* b) {
    if (waits_for_little(*a) != waits_for_little(*b)) return waits_for_little(*b);
    return weight_of(*a) != weight_of(*b) ? weight_of(*a) > weight_of(*b) : a->moved_ < b->moved_;
  });
  std::size_t over = shortage.over;  // to which who waits for little adds little
  for (Reclaimable* client : still) {
    if (waits_for_little(*client)) needed -= std::min(needed, std::exchange(over, 0));
    if (needed == 0) break;
    if (others.of_heavier(weight_of(*client)) > shortage.held / 2) break;
    const std::size_t bytes = weight_of(*client) + client->asks_;
    if (!make_give_way(*client, shortage.of)) continue;
    others.add(weight_of(*client));
    needed -= std::min(needed, bytes);
  }
}

bool Reclaim::make_give_way(Reclaimable& client, Bound bound) {
  if (!client.give_way()) return false;
  client.gave_way_ = true;
  ++gave_way_;
  ++untold(bound).connections;
  return true;
}

void Reclaim::report(Bound bound, std::size_t held, std::size_t clients, TimePoint now) {
  Untold& left = untold(bound);
  if (left.connections == 0 || now - left.told_at < kTold) return;
  left.told_at = now;
  log::warning("gave_way")
      .field("connections", std::exchange(left.connections, 0))
      .field("held_bytes", held)
      .field("clients", clients)
      .field("detail", bound == Bound::held ? kAllGone : kBodiesGone);
}

}  // namespace taskgate::proxy
