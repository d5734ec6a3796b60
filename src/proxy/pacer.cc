#include "proxy/pacer.h"

#include <algorithm>

#include "proxy/accept_queue.h"

namespace taskgate::proxy {
namespace {

constexpr Duration kPatience = std::chrono::milliseconds(25);
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

Task<bool> Pacer::acquire(Token& token, TimePoint deadline) {
  refresh_capacity(Clock::now());
  if (!line_.empty() || !has_room()) {
    arm();
    const std::function<bool()> ready = [this] { return has_room(); };
    const bool first = co_await line_.wait(ready, deadline);
    if (!first) co_return false;
  }
  hand_out(token);
  co_return true;
}

void Pacer::hand_out(Token& token) {
  token.pacer_ = this;
  token.taken_ = Clock::now();
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
  if (queue) {
    capacity_ = std::clamp<std::size_t>(queue->backlog > 0 ? queue->backlog - 1 : 0, 1, kAtMost);
  } else {
    capacity_ = answer == AcceptQueueAnswer::not_local ? kNotLocal : kCautious;
  }
}

// While somebody waits, the oldest token is looked at when its patience is over.
void Pacer::arm() {
  if (armed_ || outstanding_.empty()) return;
  armed_ = true;
  timer_.expires_at(std::max(outstanding_.front().taken_ + kPatience, Clock::now()));
  timer_.async_wait([this](ErrorCode error) {
    armed_ = false;
    if (!error) expire_oldest();
  });
}

void Pacer::expire_oldest() {
  const TimePoint now = Clock::now();
  AcceptQueueAnswer answer{};
  const auto queue = read_accept_queue(upstream_, answer);
  std::size_t room = queue ? queue->backlog - std::min(queue->length, queue->backlog) : capacity_;
  while (room > 0 && !outstanding_.empty() && outstanding_.front().taken_ + kPatience <= now) {
    outstanding_.front().release();
    --room;
  }
  // A full queue: the upstream is busy; ask again in a moment.
  if (!outstanding_.empty() && outstanding_.front().taken_ + kPatience <= now) {
    outstanding_.front().taken_ = now;
  }
  if (!line_.empty()) arm();
}

}  // namespace taskgate::proxy
