// What was received from a peer and is not consumed yet. An idle connection should cost little, a
// bulk transfer few system calls: there is a buffer only from the moment that something has come,
// it starts small, and grows while reads fill it. Loop thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "net/until_short.h"
#include "proxy/held_bytes.h"
#include "proxy/spares.h"

namespace taskgate::proxy {

// What it grows to, read by read, while each fills it.
inline constexpr std::size_t kLargestBuffer = 64 * 1024;

class ReceiveBuffer {
 public:
  // The first one is one of `first`. What it has beyond that is charged to `holder`, the client
  // that it is for.
  ReceiveBuffer(HeldBytes::Holder& holder, SpareBlocks& first) : holder_(holder), first_(first) {}
  ~ReceiveBuffer() { drop(); }
  ReceiveBuffer(const ReceiveBuffer&) = delete;
  ReceiveBuffer& operator=(const ReceiveBuffer&) = delete;

  HeldBytes::Holder& holder() { return holder_; }

  // Views stay valid until make_room() or hold().
  std::string_view received() const { return {bytes_.get() + begin_, end_ - begin_}; }
  bool is_empty() const { return begin_ == end_; }
  bool has_grown() const { return capacity_ > first_.size(); }
  void consume(std::size_t bytes);
  // What was received, and how, counts no more.
  void forget();
  // Gives the memory back while nothing is in it.
  void release();

  // So full that it has to be larger before the next read, which is charged first.
  bool is_full() const { return capacity_ > 0 && end_ - begin_ == capacity_; }
  std::size_t next_charge() const { return grown() - charged(capacity_); }
  void make_room();
  // Room for so many bytes in a row, with those that are there; false where none may be charged.
  bool hold(std::size_t bytes);

  // Where the next read goes.
  asio::mutable_buffer room() const { return {bytes_.get() + end_, capacity_ - end_}; }
  // Behind make_room(), for a read that waits, to whose end end_wait() belongs.
  using Awaited = net::UntilShort<ReceiveBuffer>;
  Awaited begin_wait();
  void end_wait() { is_awaited_ = false; }
  // What such a read calls, or another one that is tried.
  asio::mutable_buffer open() noexcept;
  void tried(bool has_ended) noexcept;
  // Gives the memory back where such a read waits and nothing is in it.
  void shrink();
  // A read into room() has brought so many bytes; false: they fill it.
  bool add(std::size_t bytes);
  // The same of a read that asked for no more than it knew of.
  void append(std::size_t bytes) { end_ += bytes; }

 private:
  std::size_t charged(std::size_t capacity) const {
    return capacity > first_.size() ? capacity : 0;
  }
  std::size_t grown() const;
  bool recharge(std::size_t capacity);
  void make_room_for_next();
  void reserve(std::size_t capacity);
  void give_back(std::unique_ptr<char[]> bytes);
  void drop();

  HeldBytes::Holder& holder_;
  std::unique_ptr<char[]> bytes_;
  SpareBlocks& first_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool is_awaited_ = false;
  bool last_read_filled_ = false;
  std::uint8_t small_reads_ = 0;  // in a row, that would not have needed what it has grown by
};

}  // namespace taskgate::proxy
