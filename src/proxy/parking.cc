#include "proxy/parking.h"

#include <malloc.h>
#include <unistd.h>

#include <memory>
#include <utility>

namespace taskgate::proxy {
namespace {

// So many that what they held is worth a walk over the heap.
constexpr std::size_t kCrowd = 64;

}  // namespace

Parking::Parking(asio::io_context& loop, std::uint64_t& idle)
    : set_(loop, [this](void* parked) { resume(*static_cast<Parked*>(parked)); }),
      timer_(loop),
      trim_(loop),
      idle_(idle) {}

void Parking::set_on_ready(std::function<void(int descriptor)> on_ready) {
  on_ready_ = std::move(on_ready);
}

void Parking::park(TcpSocket& socket, Duration limit) {
  auto parked = std::make_unique<Parked>();
  ErrorCode error;
  parked->descriptor = socket.release(error);
  if (error) return;
  parked->due = limit == Duration::zero() ? TimePoint::max() : Clock::now() + limit;
  if (!set_.add(parked->descriptor, EPOLLIN | EPOLLRDHUP, parked.get())) {
    ::close(parked->descriptor);
    return;
  }
  parked_.insert(*parked.release());
  ++idle_;
  arm();
  if (++parked_since_trim_ == kCrowd) give_memory_back();
}

// Gives the descriptor back to whoever goes on with it.
int Parking::unpark(Parked& parked) {
  const std::unique_ptr<Parked> owned(&parked);
  parked_.erase(parked_.iterator_to(parked));
  set_.remove(parked.descriptor);
  --idle_;
  return parked.descriptor;
}

void Parking::resume(Parked& parked) {
  const int descriptor = unpark(parked);
  if (on_ready_) {
    on_ready_(descriptor);
  } else {
    ::close(descriptor);
  }
}

void Parking::arm() {
  if (parked_.empty() || parked_.begin()->due >= armed_) return;
  armed_ = parked_.begin()->due;
  timer_.expires_at(armed_);
  timer_.async_wait([this](ErrorCode error) {
    if (!error) expire();
  });
}

void Parking::expire() {
  armed_ = TimePoint::max();
  const TimePoint now = Clock::now();
  while (!parked_.empty() && parked_.begin()->due <= now) ::close(unpark(*parked_.begin()));
  arm();
}

// What a crowd held lies between what others hold, and would stay with the process.
void Parking::give_memory_back() {
  trim_.expires_after(kAfter);
  trim_.async_wait([this](ErrorCode error) {
    if (error) return;
    parked_since_trim_ = 0;
    malloc_trim(0);
  });
}

void Parking::close_all() {
  while (!parked_.empty()) ::close(unpark(*parked_.begin()));
}

}  // namespace taskgate::proxy
