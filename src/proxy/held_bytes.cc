#include "proxy/held_bytes.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

namespace taskgate::proxy {
namespace {

// A client's connection without a request, buffers beyond the first one left out. As what a request
// costs, it is measured: what thousands of them add to the process (./dev bench --only crowds).
constexpr std::size_t kConnection = 4 * 1024;

// Text of a request that is a part of what every request costs.
constexpr std::size_t kSmallText = 1024;

// While somebody waits, it is looked this often who can give back what is held for it.
constexpr Duration kLook = std::chrono::milliseconds(50);

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
  const std::size_t cost = clients * kConnection + busy() * Holder::kRequest;
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
  return over() > limits_.total / 4 && used_ + busy() * Holder::kRequest > limits_.total / 4;
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
    return used + beyond_free(everybody) <= limits_.total ||
           busy() * Holder::kRequest <= limits_.total / 4;
  }
  if (used_ == held) return true;  // there is nobody to wait for
  if (held + claim.room > Holder::kLittle) return all <= limits_.total - limits_.total / 4;
  return all <= limits_.total || used <= limits_.total / 8;
}

// A body larger than the whole bound passes when it is alone. Large ones that stand in line may be
// there for minutes: they leave a quarter to little ones, of which only so many have a place.
bool HeldBytes::body_fits(const Holder& holder, const Claim& claim) const {
  if (claim.use != HeldFor::body || bodies_ == holder.body_) return true;
  const bool is_little = holder.body_ + claim.room <= Holder::kLittle;
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
  all_.reclaim_.add(*this);
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

// --- When it is used up

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
  using Bound = Reclaim::Bound;
  if (shortage(Bound::held).bytes() > 0) reclaim_.shrink_still_ones(now);
  for (const Bound bound : {Bound::held, Bound::bodies}) {
    reclaim_.make_way(shortage(bound), now);
    reclaim_.report(bound, used_, clients_, now);
  }
  look_soon();
}

Reclaim::Shortage HeldBytes::shortage(Reclaim::Bound bound) const {
  const bool is_of_all = bound == Reclaim::Bound::held;
  std::size_t missing = 0;
  for (const Waiting& place : waiting_) {
    const bool lacks =
        is_of_all ? !fits(place.holder.bytes_, place.claim) : !body_fits(place.holder, place.claim);
    if (lacks) missing += place.claim.room;
  }
  const bool counts_over = is_of_all && (missing > 0 || is_overdrawn());
  return {bound, missing, counts_over ? over() : 0, limits_.total};
}

}  // namespace taskgate::proxy
