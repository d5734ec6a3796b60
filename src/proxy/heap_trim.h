// Gives memory back to the system when a crowd has gone: what it held lies between what others
// hold, and would stay with the process. The spares that it has left (spares.h) go, too: each would
// keep the page that it lies in. A crowd that comes little by little and is parked is no
// peak here: what such clients held is given back by net/parking.h. Loop thread only.
#pragma once

#include <algorithm>
#include <cstddef>

#include "base/task.h"
#include "proxy/spares.h"

namespace taskgate::proxy {

// malloc_trim(3).
void trim_heap();

class HeapTrim {
 public:
  HeapTrim(asio::io_context& loop, Spares& spares, void (*trim)() = trim_heap)
      : timer_(loop), spares_(spares), trim_(trim) {}

  // How much is in use now, in bytes: told with each rise and each fall.
  void rose_to(std::size_t bytes) {
    now_ = bytes;
    peak_ = std::max(peak_, bytes);
  }
  void fell_to(std::size_t bytes) {
    now_ = bytes;
    if (peak_ > kWorthIt && is_low()) trim_soon();
  }

 private:
  static constexpr std::size_t kWorthIt = 1024 * 1024;

  bool is_low() const { return now_ < peak_ / 2; }
  void trim_soon();

  Timer timer_;
  Spares& spares_;
  void (*const trim_)();
  bool waits_ = false;
  std::size_t now_ = 0;
  std::size_t peak_ = 0;  // since the last trim behind which nothing went any more
};

}  // namespace taskgate::proxy
