// What other threads give a loop to do. asio::post() from them would need an io_context with locks,
// which each turn of the loop pays for: with BOOST_ASIO_CONCURRENCY_HINT_UNSAFE it has none.
#pragma once

#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <functional>
#include <mutex>
#include <vector>

#include "base/task.h"

namespace taskgate::net {

// Made and destroyed by the loop's thread, while no other one calls put().
class Inbox {
 public:
  // Throws std::system_error when there is no descriptor for it.
  explicit Inbox(asio::io_context& loop);

  // Any thread: the loop calls `work`, in the order in which it was put, or it is destroyed with
  // the inbox. It must not throw.
  void put(std::function<void()> work);

 private:
  void wait();
  void empty();

  asio::posix::basic_stream_descriptor<Executor> bell_;  // an eventfd: it has rung
  std::mutex mutex_;
  std::vector<std::function<void()>> works_;
};

}  // namespace taskgate::net
