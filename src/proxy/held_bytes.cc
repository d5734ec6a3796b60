#include "proxy/held_bytes.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <queue>
#include <utility>
#include <vector>

#include "base/log.h"

namespace taskgate::proxy {
namespace {

// A client's connection without a request, buffers beyond the first one left out. As what a request
// costs, it is measured: what thousands of them add to the process (./dev bench --only crowds).
constexpr std::size_t kConnection = 4 * 1024;

// What is held at most for one client that always finds a little room: a browser's head.
constexpr std::size_t kSmall = 16 * 1024;

// Text of a request that is a part of what every request costs.
constexpr std::size_t kSmallText = 1024;

// A client that has not moved for so long stalls.
constexpr Duration kStill = std::chrono::milliseconds(500);
// A client that has sent a whole request waits for others, and does not count as stalling for so
// long.
constexpr Duration kTurn = std::chrono::seconds(2);
constexpr Duration kLook = std::chrono::milliseconds(50);

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

HeldBytes::HeldBytes(asio::io_context& loop, const observe::ConnectionCounts& counts, Limits limits,
                     Spares& spares)
    : limits_(limits), counts_(counts), loop_(loop), look_(loop), heap_(loop, spares) {}

void HeldBytes::set_limits(Limits limits) {
  limits_ = limits;
  grant();
}

// --- The sums

std::size_t HeldBytes::busy() const {
  return counts_.active + counts_.streams + counts_.tunnels;
}

std::size_t HeldBytes::in_use() const {
  return used_ + clients_ * kConnection;
}

// What so many connections cost beyond what is free for them: a quarter of the bound.
std::size_t HeldBytes::beyond_free(std::size_t clients) const {
  const std::size_t cost = clients * kConnection + busy() * kRequest;
  return cost - std::min(cost, limits_.total / 4);
}

// More than the bound: clients have come behind those that found room.
std::size_t HeldBytes::over() const {
  const std::size_t all = used_ + connections();
  return all - std::min(all, limits_.total);
}

// Clients of which nothing is held but their connection have nothing to give, and are bounded by
// count.
bool HeldBytes::is_overdrawn() const {
  return over() > limits_.total / 4 && used_ + busy() * kRequest > limits_.total / 4;
}

bool HeldBytes::overdrawn() {
  if (!is_overdrawn()) return false;
  look_soon();
  return true;
}

// `held`: by the client that asks. The more it would hold, the less of the bound is there for it,
// so that those who ask for little find room. A little is kept from a crowd of connections too, for
// heads and for requests.
bool HeldBytes::fits(std::size_t held, const Claim& claim) const {
  const std::size_t used = used_ + claim.room;
  const std::size_t all = used + connections();
  if (claim.use == HeldFor::speed) return all <= limits_.total / 2;
  if (claim.use == HeldFor::request) {
    // Those that are parked may all come back at once.
    const std::size_t everybody = std::max<std::size_t>(clients_, counts_.idle + busy());
    return used + beyond_free(everybody) <= limits_.total || busy() * kRequest <= limits_.total / 4;
  }
  if (used_ == held) return true;  // there is nobody to wait for
  if (held + claim.room > kSmall) return all <= limits_.total - limits_.total / 4;
  return all <= limits_.total || used <= limits_.total / 8;
}

// A body larger than the whole bound passes when it is alone. Large ones that stand in line may be
// there for minutes: they leave a quarter to little ones, of which only so many have a place.
bool HeldBytes::body_fits(const Holder& holder, const Claim& claim) const {
  if (claim.use != HeldFor::body || bodies_ == holder.body_) return true;
  const bool is_little = holder.body_ + claim.room <= kSmall;
  return bodies_ + claim.room <= limits_.bodies - (is_little ? 0 : limits_.bodies / 4);
}

void HeldBytes::add(Holder& holder, HeldFor use, std::size_t bytes) {
  if (bytes == 0) return;
  holder.bytes_ += bytes;
  used_ += bytes;
  if (use == HeldFor::body) {
    holder.body_ += bytes;
    bodies_ += bytes;
    holder.reads_body_ = true;
  }
  holder.moved();
  heap_.rose_to(in_use());
}

void HeldBytes::take(Holder& holder, std::size_t bytes) {
  if (bytes == 0) return;
  holder.bytes_ -= bytes;
  used_ -= bytes;
  fell();
}

// Where there is no memory for a turn of the loop or a timer, the next fall does it.
void HeldBytes::fell() noexcept {
  try {
    if (!waiting_.empty()) grant_soon();
    heap_.fell_to(in_use());
  } catch (...) {
    return;
  }
}

// --- One client

HeldBytes::Holder::Holder(HeldBytes& all) : all_(all) {
  all_.holders_.push_back(*this);
  ++all_.clients_;
  all_.heap_.rose_to(all_.in_use());
}

HeldBytes::Holder::~Holder() {
  --all_.clients_;
  all_.bodies_ -= body_;
  all_.used_ -= bytes_;
  all_.fell();
}

bool HeldBytes::Holder::try_claim(const Claim& claim) {
  if (!all_.fits(bytes_, claim) || !all_.body_fits(*this, claim)) return false;
  all_.add(*this, claim.use, claim.charged);
  return true;
}

void HeldBytes::Holder::charge_text(std::size_t bytes) {
  if (bytes > kSmallText) charge_growth(bytes);
}

void HeldBytes::Holder::charge_growth(std::size_t bytes) {
  text_ += bytes;
  all_.add(*this, HeldFor::head, bytes);
}

void HeldBytes::Holder::recharge(std::size_t before, std::size_t now) {
  if (now > before) return charge_growth(now - before);
  text_ -= before - now;
  all_.take(*this, before - now);
}

void HeldBytes::Holder::discharge_text(std::size_t bytes) {
  if (bytes <= kSmallText) return;
  text_ -= bytes;
  all_.take(*this, bytes);
}

void HeldBytes::Holder::end_request() {
  if (body_ + text_ == 0) return;
  all_.bodies_ -= body_;
  all_.take(*this, std::exchange(body_, 0) + std::exchange(text_, 0));
  reads_body_ = false;
}

// --- Waiting

Task<bool> HeldBytes::wait(Holder& holder, Claim claim, Timer*& wake) {
  Waiting place(loop_, holder, claim);
  waiting_.insert(place);
  holder.asks_ = claim.room;
  holder.asks_for_request_ = claim.use == HeldFor::request;
  wake = &place.wake;
  look_soon();
  co_await place.wake.async_wait(kTask);
  wake = nullptr;
  holder.asks_ = 0;
  co_return place.granted;
}

// Once for all that comes free in one turn of the loop, and not from a destructor.
void HeldBytes::grant_soon() {
  if (granting_) return;
  asio::post(loop_, [this] {
    granting_ = false;
    grant();
  });
  granting_ = true;
}

// Those who would hold least come first.
void HeldBytes::grant() {
  for (auto next = waiting_.begin(); next != waiting_.end();) {
    Waiting& place = *next++;
    if (!place.holder.try_claim(place.claim)) continue;
    place.unlink();
    place.granted = true;
    place.wake.cancel();
  }
}

// --- Giving way

void HeldBytes::look_soon() {
  if (looking_) return;
  look_.expires_after(kLook);
  look_.async_wait([this](ErrorCode error) {
    looking_ = false;
    if (!error) look();
  });
  looking_ = true;
}

void HeldBytes::look() {
  grant();  // connections that ended have told nobody
  if (waiting_.empty() && !is_overdrawn()) return;
  const TimePoint now = Clock::now();
  if (missing(Shortage::all) > 0 || is_overdrawn()) shrink_still_ones(now);
  for (const Shortage shortage : {Shortage::all, Shortage::bodies}) {
    make_way(shortage, now);
    report(shortage, now);
  }
  look_soon();
}

// What those need that wait.
std::size_t HeldBytes::missing(Shortage shortage) const {
  std::size_t bytes = 0;
  for (const Waiting& place : waiting_) {
    const bool lacks = shortage == Shortage::all ? !fits(place.holder.bytes_, place.claim)
                                                 : !body_fits(place.holder, place.claim);
    if (lacks) bytes += place.claim.room;
  }
  return bytes;
}

// A client that waits with little in hand: it is the gate that does not move. Those that stall by
// themselves give way first, even where a newcomer's head is more than what each of a crowd holds.
bool HeldBytes::waits_for_little(const Holder& holder) {
  return holder.asks_ > 0 && holder.bytes_ <= kSmall;
}

bool HeldBytes::stalls(const Holder& holder, TimePoint now) {
  const bool has_turn = holder.asks_for_request_ && waits_for_little(holder);
  return now - holder.moved_ >= (has_turn ? kTurn : kStill);
}

void HeldBytes::shrink_still_ones(TimePoint now) {
  for (Holder& holder : holders_) {
    if (holder.bytes_ > 0 && stalls(holder, now)) holder.shrink();
  }
}

// As many give way as it takes, together with those that are on their way out already; whoever
// waits and gives way asks for nothing any more. A body that is whole waits for its decision, not
// for its client. While most is with those that hold more and moved just now, as a crowd of heads
// that has just come, it is they who go on, or stall, in a moment: those that hold less and are
// silent, as tunnels and streams are, would go first else. Bodies can move for long.
void HeldBytes::make_way(Shortage shortage, TimePoint now) {
  std::size_t needed = missing(shortage);
  std::size_t beyond = 0;  // the bound, to which who waits for little adds little
  if (shortage == Shortage::all && (needed > 0 || is_overdrawn())) beyond = over();
  needed += beyond;
  if (needed == 0) return;
  const auto weight = [shortage](const Holder& holder) -> std::size_t {
    if (shortage == Shortage::bodies) return holder.reads_body_ ? holder.body_ : 0;
    return holder.bytes_ + (holder.busy_ ? kRequest : 0);
  };
  std::vector<Holder*> still;
  HeldByOthers others;
  for (Holder& holder : holders_) {
    if (holder.gave_way_) needed -= std::min(needed, weight(holder) + holder.asks_);
    if (!holder.gave_way_ && weight(holder) > 0 && stalls(holder, now)) {
      still.push_back(&holder);
    } else if (shortage == Shortage::all) {
      others.add(weight(holder) - holder.body_);
    }
  }
  std::sort(still.begin(), still.end(), [&](const Holder* a, const Holder* b) {
    if (waits_for_little(*a) != waits_for_little(*b)) return waits_for_little(*b);
    return weight(*a) != weight(*b) ? weight(*a) > weight(*b) : a->moved_ < b->moved_;
  });
  for (Holder* holder : still) {
    if (waits_for_little(*holder)) needed -= std::min(needed, std::exchange(beyond, 0));
    if (needed == 0) break;
    if (others.of_heavier(weight(*holder)) > limits_.total / 2) break;
    const std::size_t bytes = weight(*holder) + holder->asks_;
    if (!holder->give_way()) continue;
    others.add(weight(*holder));
    holder->gave_way_ = true;
    ++gave_way_;
    ++untold_.at(static_cast<std::size_t>(shortage)).connections;
    needed -= std::min(needed, bytes);
  }
}

void HeldBytes::report(Shortage shortage, TimePoint now) {
  Untold& untold = untold_.at(static_cast<std::size_t>(shortage));
  if (untold.connections == 0 || now - untold.told_at < kTold) return;
  untold.told_at = now;
  log::warning("gave_way")
      .field("connections", std::exchange(untold.connections, 0))
      .field("held_bytes", used_)
      .field("clients", clients_)
      .field("detail", shortage == Shortage::all ? kAllGone : kBodiesGone);
}

}  // namespace taskgate::proxy
