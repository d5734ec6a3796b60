// A bound on the memory of all request bodies that are held at once (admission.body_total): who
// finds it used up waits, in the order of asking, and reading pauses. Loop thread only.
#pragma once

#include <cstddef>

#include "base/task.h"
#include "proxy/wait_line.h"

namespace taskgate::proxy {

class ByteBudget {
 public:
  ByteBudget(asio::io_context& loop, std::size_t total) : line_(loop), total_(total) {}

  // A part of the budget, given back when destroyed.
  class Share {
   public:
    Share() = default;
    ~Share() { release(); }
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;
    void release();

   private:
    friend class ByteBudget;
    ByteBudget* budget_ = nullptr;
    std::size_t bytes_ = 0;
  };

  // Waits for `bytes` until `deadline`; false: they did not come free.
  Task<bool> acquire(Share& share, std::size_t bytes, TimePoint deadline);

  void set_total(std::size_t total);

 private:
  // A share larger than the whole budget passes when it is alone.
  bool fits(std::size_t bytes) const { return used_ == 0 || used_ + bytes <= total_; }
  void grant(Share& share, std::size_t bytes);

  WaitLine line_;
  std::size_t total_;
  std::size_t used_ = 0;
};

}  // namespace taskgate::proxy
