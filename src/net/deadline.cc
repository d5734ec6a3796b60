#include "net/deadline.h"

namespace taskgate::net {
namespace {

// Where each deadline woke the loop by itself, 64 clients that ask 16 times a second, and have a
// limit between two requests, would wake it as often by that as by what they ask.
constexpr Duration kTick = std::chrono::milliseconds(16);

TimePoint end_of_tick(TimePoint when) {
  const Duration since = when.time_since_epoch();
  return TimePoint((since + kTick - Duration(1)) / kTick * kTick);
}

}  // namespace

Deadline::~Deadline() {
  queue_.remove(*this);
}

void Deadline::set(Duration limit) {
  if (limit == Duration::zero()) return clear();
  expired_ = false;
  due_ = Clock::now() + limit;
  if (!is_linked() || due_ < place_) queue_.place(*this);
}

void Deadline::clear() {
  expired_ = false;
  due_ = TimePoint::max();
}

void Deadlines::place(Deadline& deadline) {
  remove(deadline);
  insert(deadline);
  arm();
}

void Deadlines::insert(Deadline& deadline) {
  deadline.place_ = end_of_tick(deadline.due_);
  queue_.insert(deadline);
}

void Deadlines::remove(Deadline& deadline) {
  if (deadline.is_linked()) queue_.erase(queue_.iterator_to(deadline));
}

void Deadlines::arm() {
  if (queue_.empty() || queue_.begin()->place_ >= armed_) return;
  armed_ = queue_.begin()->place_;
  timer_.expires_at(armed_);
  timer_.async_wait([this](ErrorCode error) {
    if (!error) tick();
  });
}

void Deadlines::tick() {
  armed_ = TimePoint::max();
  const TimePoint now = Clock::now();
  while (!queue_.empty() && queue_.begin()->place_ <= now) {
    Deadline& deadline = *queue_.begin();
    remove(deadline);
    if (deadline.due_ <= now) {
      deadline.expired_ = true;
      deadline.on_expired_();
    } else if (deadline.due_ != TimePoint::max()) {
      insert(deadline);
    }
  }
  arm();
}

}  // namespace taskgate::net
