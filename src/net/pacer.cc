#include "net/pacer.h"

#include <algorithm>

#include "net/accept_queue.h"

namespace taskgate::net {
namespace {

constexpr Duration kTokenPatience = std::chrono::milliseconds(25);
constexpr Duration kSoon = std::chrono::milliseconds(1);
constexpr Duration kCapacityAge = std::chrono::seconds(5);
constexpr std::size_t kCautious = 4;   // what any listener takes
constexpr std::size_t kNotLocal = 64;  // a balancer or another host: its queue is not ours to see
constexpr std::size_t kAtMost = 1024;

}  // namespace

Pacer::Pacer(asio::io_context& loop, asio::ip::tcp::endpoint upstream)
    : upstream_(std::move(upstream)), timer_(loop), line_(loop) {}

void Pacer::Token::release() {
  if (pacer_ != nullptr) pacer_->give_back(*this);
}

void Pacer::set_upstream(asio::ip::tcp::endpoint upstream) {
  upstream_ = std::move(upstream);
  capacity_read_ = {};
}

bool Pacer::take(Token& token, TimePoint now) {
  refresh_capacity(now);
  if (line_.empty() && !has_room() && sees_queue_ && now - looked_ >= kSoon) look();
  if (!line_.empty() || !has_room()) return false;
  hand_out(token, now);
  return true;
}

Task<bool> Pacer::acquire(Token& token, TimePoint deadline) {
  if (take(token, Clock::now())) co_return true;
  arm();
  const std::function<bool()> ready = [this] { return has_room(); };
  const bool first = co_await line_.wait(ready, deadline);
  if (first) hand_out(token, Clock::now());
  co_return first;
}

void Pacer::hand_out(Token& token, TimePoint now) {
  token.pacer_ = this;
  token.taken_ = now;
  outstanding_.push_back(token);
  if (line_.empty()) return;
  arm();
  if (has_room()) line_.wake_first();
}

void Pacer::give_back(Token& token) {
  token.pacer_ = nullptr;
  outstanding_.erase(outstanding_.iterator_to(token));
  if (has_room()) line_.wake_first();
}

// The backlog less one: probes and other clients connect directly.
void Pacer::refresh_capacity(TimePoint now) {
  if (capacity_read_ != TimePoint{} && now - capacity_read_ < kCapacityAge) return;
  capacity_read_ = now;
  AcceptQueueAnswer answer{};
  const auto queue = read_accept_queue(upstream_, answer);
  sees_queue_ = queue.has_value();
  if (queue) {
    capacity_ = std::clamp<std::size_t>(queue->backlog > 0 ? queue->backlog - 1 : 0, 1, kAtMost);
  } else {
    capacity_ = answer == AcceptQueueAnswer::not_local ? kNotLocal : kCautious;
  }
}

// While somebody waits, the accept queue is looked at again and again: soon after a look that freed
// something, seldom where the upstream accepts nothing. A queue that cannot be seen: when the
// patience with the oldest token is over.
void Pacer::arm() {
  if (armed_ || outstanding_.empty()) return;
  armed_ = true;
  const TimePoint now = Clock::now();
  timer_.expires_at(sees_queue_ ? now + pause_
                                : std::max(outstanding_.front().taken_ + kTokenPatience, now));
  timer_.async_wait([this](ErrorCode error) {
    armed_ = false;
    if (error) return;
    look();
    if (!line_.empty()) arm();
  });
}

void Pacer::look() {
  looked_ = Clock::now();
  AcceptQueueAnswer answer{};
  const auto queue = read_accept_queue(upstream_, answer);
  sees_queue_ = queue.has_value();
  const std::size_t before = outstanding_.size();
  if (queue) {
    // What is not in the queue was accepted, whether it has sent its request or not.
    while (outstanding_.size() > queue->length) outstanding_.front().release();
  } else {
    release_old();
  }
  const bool freed = outstanding_.size() < before;
  pause_ = freed ? kSoon : std::min(2 * pause_, kTokenPatience);
}

void Pacer::release_old() {
  while (!outstanding_.empty() && outstanding_.front().taken_ + kTokenPatience <= looked_) {
    outstanding_.front().release();
  }
}

}  // namespace taskgate::net
