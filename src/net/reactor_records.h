// Asio has a record for each descriptor that it waits for, which it never gives back. Those of a
// crowd would lie one in each page of what else the crowd held, and keep all of it with the
// process when the crowd has gone. So they are made many at a time, which lie side by side. Loop
// thread only.
#pragma once

#include <cstddef>

#include "base/task.h"

namespace taskgate::net {

class ReactorRecords {
 public:
  explicit ReactorRecords(asio::io_context& loop) : loop_(loop) {}

  // Sees to it that there are enough for so many descriptors, and for some that may come before the
  // next call. Where it cannot, Asio makes them one by one.
  void provide(std::size_t descriptors) {
    if (descriptors + kAhead > made_) make(descriptors);
  }

 private:
  static constexpr std::size_t kAhead = 64;

  void make(std::size_t descriptors);

  asio::io_context& loop_;
  std::size_t made_ = 0;
};

}  // namespace taskgate::net
