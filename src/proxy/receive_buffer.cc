#include "proxy/receive_buffer.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace taskgate::proxy {
namespace {

constexpr std::size_t kGrownBuffer = 4 * 1024;

}  // namespace

void ReceiveBuffer::consume(std::size_t bytes) {
  begin_ += bytes;
  if (begin_ == end_) begin_ = end_ = 0;
}

void ReceiveBuffer::forget() {
  begin_ = end_ = 0;
  last_read_filled_ = false;
}

void ReceiveBuffer::release() {
  if (begin_ == end_) drop();
}

void ReceiveBuffer::drop() {
  holder_.discharge(charged(capacity_));
  give_back(std::move(bytes_));
  capacity_ = 0;
}

// Bytes of the present capacity.
void ReceiveBuffer::give_back(std::unique_ptr<char[]> bytes) {
  if (capacity_ == first_.size()) first_.give(std::move(bytes));
}

std::size_t ReceiveBuffer::grown() const {
  return std::max(kGrownBuffer, capacity_ * 2);
}

// Whether it may be of another size, for speed's sake.
bool ReceiveBuffer::recharge(std::size_t capacity) {
  const std::size_t before = charged(capacity_);
  const std::size_t after = charged(capacity);
  if (after > before) return holder_.try_charge(HeldFor::speed, after - before);
  holder_.discharge(before - after);
  return true;
}

// One that is full was charged for the next size before.
void ReceiveBuffer::make_room() {
  const std::size_t used = end_ - begin_;
  if (capacity_ == 0) return reserve(first_.size());
  if (used == capacity_) return reserve(grown());
  if (used == 0 && has_grown()) holder_.moved();
  const bool would_be_faster = used == 0 && last_read_filled_ && capacity_ < kLargestBuffer;
  if (would_be_faster && recharge(grown())) {
    reserve(grown());
  } else if (begin_ > 0) {
    std::memmove(bytes_.get(), bytes_.get() + begin_, used);
    begin_ = 0;
    end_ = used;
  }
}

bool ReceiveBuffer::hold(std::size_t bytes) {
  if (bytes <= capacity_ - begin_) return true;
  if (!recharge(bytes)) return false;
  reserve(bytes);
  return true;
}

void ReceiveBuffer::reserve(std::size_t capacity) {
  const std::size_t used = end_ - begin_;
  auto fresh =
      capacity == first_.size() ? first_.take() : std::make_unique_for_overwrite<char[]>(capacity);
  if (used > 0) std::memcpy(fresh.get(), bytes_.get() + begin_, used);
  give_back(std::exchange(bytes_, std::move(fresh)));
  capacity_ = capacity;
  begin_ = 0;
  end_ = used;
}

net::UntilShort ReceiveBuffer::begin_wait() {
  awaited_ = {room(), true};
  return net::UntilShort(awaited_);
}

void ReceiveBuffer::shrink() {
  if (!awaited_.is_awaited || !is_empty() || !has_grown()) return;
  recharge(first_.size());
  reserve(first_.size());
  awaited_.place = room();
}

bool ReceiveBuffer::add(std::size_t bytes) {
  last_read_filled_ = bytes == capacity_ - end_;
  append(bytes);
  return !last_read_filled_;
}

}  // namespace taskgate::proxy
