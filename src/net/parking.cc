#include "net/parking.h"

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "net/probes.h"
#include "net/unread.h"

namespace taskgate::net {
namespace {

constexpr Duration kPatience = std::chrono::milliseconds(100);
constexpr Duration kPatienceInCrowd = std::chrono::milliseconds(10);

// From so many clients on, what they hold is worth a few system calls, and what they held a walk
// over the heap.
constexpr std::size_t kCrowd = 64;

constexpr TimePoint kNotParked{};

}  // namespace

Parking::Parking(asio::io_context& loop, std::uint64_t& idle, OnReady on_ready,
                 std::function<void()> on_vanished)
    : set_(loop, [this](const epoll_event& event) { tell(event); }),
      timer_(loop),
      trim_(loop),
      idle_(idle),
      on_ready_(std::move(on_ready)),
      on_vanished_(std::move(on_vanished)) {}

Duration Parking::patience() const {
  const std::size_t not_parked = idle_ - size_;
  return not_parked > kCrowd ? kPatienceInCrowd : kPatience;
}

void Parking::park(TcpSocket& socket, Duration limit) {
  ErrorCode error;
  const int descriptor = socket.release(error);
  if (error) return;
  if (!set_.add(descriptor, EPOLLIN | EPOLLRDHUP, {.fd = descriptor})) {
    ::close(descriptor);
    return;
  }
  const auto index = static_cast<std::size_t>(descriptor);
  if (index >= ends_.size()) ends_.resize(index + 1, kNotParked);
  ends_[index] = limit == Duration::zero() ? TimePoint::max() : Clock::now() + limit;
  ++size_;
  ++idle_;
  arm(ends_[index]);
  if (++parked_since_trim_ == kCrowd) give_memory_back();
}

bool Parking::is_parked(int descriptor) const {
  return ends_[static_cast<std::size_t>(descriptor)] != kNotParked;
}

// Leaves the descriptor to whoever goes on with it.
void Parking::unpark(int descriptor) {
  ends_[static_cast<std::size_t>(descriptor)] = kNotParked;
  set_.remove(descriptor);
  --size_;
  --idle_;
}

void Parking::close(int descriptor) {
  unpark(descriptor);
  ::close(descriptor);
}

// A client that has left is let go without a coroutine, of which a crowd that leaves at once would
// have one each.
void Parking::tell(const epoll_event& event) {
  const int descriptor = event.data.fd;
  const bool ended = (event.events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
  if (ended && takes_vanished(descriptor)) {
    on_vanished_();
    return close(descriptor);
  }
  if (ended && !has_unread(descriptor)) return close(descriptor);
  unpark(descriptor);
  on_ready_(descriptor);
}

void Parking::arm(TimePoint when) {
  if (when >= armed_) return;
  armed_ = when;
  timer_.expires_at(when);
  timer_.async_wait([this](ErrorCode error) {
    if (!error) expire();
  });
}

// A look at all of them, which is rare: who goes on meanwhile is parked anew with a later end.
void Parking::expire() {
  armed_ = TimePoint::max();
  const TimePoint now = Clock::now();
  TimePoint next = TimePoint::max();
  for (int descriptor = 0; descriptor < static_cast<int>(ends_.size()); ++descriptor) {
    if (!is_parked(descriptor)) continue;
    const TimePoint end = ends_[static_cast<std::size_t>(descriptor)];
    if (end <= now) {
      close(descriptor);
    } else {
      next = std::min(next, end);
    }
  }
  arm(next);
}

// What a crowd held lies between what others hold, and would stay with the process.
void Parking::give_memory_back() {
  trim_.expires_after(kPatience);
  trim_.async_wait([this](ErrorCode error) {
    if (error) return;
    parked_since_trim_ = 0;
    malloc_trim(0);
  });
}

void Parking::close_all() {
  for (int descriptor = 0; descriptor < static_cast<int>(ends_.size()); ++descriptor) {
    if (is_parked(descriptor)) close(descriptor);
  }
}

}  // namespace taskgate::net
