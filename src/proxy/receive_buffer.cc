#include "proxy/receive_buffer.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

namespace taskgate::proxy {
namespace {

constexpr std::size_t kGrownBuffer = 4 * 1024;

// Behind so many small reads in a row it was not only a moment in which little came.
constexpr std::uint8_t kFewSmallReads = 4;

}  // namespace

void ReceiveBuffer::consume(std::size_t bytes) {
  begin_ += bytes;
  if (begin_ == end_) begin_ = end_ = 0;
}

void ReceiveBuffer::forget() {
  begin_ = end_ = 0;
  last_read_filled_ = false;
  small_reads_ = 0;
}

void ReceiveBuffer::release() {
  if (begin_ == end_) drop();
}

void ReceiveBuffer::drop() {
  if (has_grown()) holder_.discharge(capacity_);
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
  if (capacity_ == 0) return;
  if (used == capacity_) return reserve(grown());
  if (used == 0) return make_room_for_next();
  if (begin_ == 0) return;
  std::memmove(bytes_.get(), bytes_.get() + begin_, used);
  begin_ = 0;
  end_ = used;
}

// Nothing is in it.
void ReceiveBuffer::make_room_for_next() {
  if (has_grown()) holder_.moved();
  const bool would_be_faster = last_read_filled_ && capacity_ < kLargestBuffer;
  if (would_be_faster && recharge(grown())) return reserve(grown());
  if (!has_grown() || small_reads_ == kFewSmallReads) drop();
}

bool ReceiveBuffer::hold(std::size_t bytes) {
  if (bytes <= capacity_ - begin_) return true;
  if (!recharge(bytes)) return false;
  reserve(bytes);
  return true;
}

void ReceiveBuffer::reserve(std::size_t capacity) {
  const std::size_t used = end_ - begin_;
  auto fresh = std::make_unique_for_overwrite<char[]>(capacity);
  if (used > 0) std::memcpy(fresh.get(), bytes_.get() + begin_, used);
  give_back(std::exchange(bytes_, std::move(fresh)));
  capacity_ = capacity;
  begin_ = 0;
  end_ = used;
}

ReceiveBuffer::Awaited ReceiveBuffer::begin_wait() {
  is_awaited_ = true;
  return Awaited(*this);
}

asio::mutable_buffer ReceiveBuffer::open() noexcept {
  try {
    if (capacity_ == 0) {
      bytes_ = first_.take();
      capacity_ = first_.size();
    }
  } catch (const std::bad_alloc&) {
  }
  return room();
}

void ReceiveBuffer::tried(bool has_ended) noexcept {
  if (has_ended) {
    is_awaited_ = false;
  } else if (!has_grown()) {
    release();
  }
}

void ReceiveBuffer::shrink() {
  if (is_awaited_) release();
}

bool ReceiveBuffer::add(std::size_t bytes) {
  last_read_filled_ = bytes == capacity_ - end_;
  if (bytes > first_.size()) {
    small_reads_ = 0;
  } else if (small_reads_ < kFewSmallReads) {
    ++small_reads_;
  }
  append(bytes);
  return !last_read_filled_;
}

}  // namespace taskgate::proxy
