// The pause behind an accept that failed. On the thread of its loop.
#pragma once

#include <boost/asio/error.hpp>

#include "base/task.h"

namespace taskgate::net {

// Out of descriptors or memory: the next try would fail as well, and trying all the time would keep
// the loop busy. Clients wait in the listen backlog, and nothing else suffers.
class AcceptPause {
 public:
  explicit AcceptPause(asio::io_context& loop) : timer_(loop) {}

  // A client that left before it was accepted is no reason for a pause: the next one is waited for.
  static bool is_due(ErrorCode error) {
    return error && error != asio::error::connection_aborted && error != asio::error::would_block;
  }

  // To be awaited at once.
  auto wait() {
    timer_.expires_after(std::chrono::milliseconds(50));
    return timer_.async_wait(kTask);
  }
  void cancel() { timer_.cancel(); }

 private:
  Timer timer_;
};

}  // namespace taskgate::net
