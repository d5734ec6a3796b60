// Runs two coroutines side by side and goes on when both have ended. Neither is cancelled by the
// other's end: whoever ends early says so to the other itself. Where one fails by an exception,
// `on_failure` is called, so that the other ends, too, and the first failure is thrown. Loop thread
// only.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <exception>
#include <functional>
#include <utility>

#include "base/task.h"

namespace taskgate::net {

// Asio's own group gives each a slot to be cancelled through, for which each of their operations
// would have to prepare.
inline Task<> join(Task<> first, Task<> second, std::function<void()> on_failure) {
  const Executor executor = co_await asio::this_coro::executor;
  Timer both_ended(executor, TimePoint::max());
  int running = 2;
  std::exception_ptr failure;
  const auto on_end = [&](std::exception_ptr error) {
    if (error && !failure) {
      failure = std::move(error);
      on_failure();
    }
    if (--running == 0) both_ended.cancel();
  };
  asio::co_spawn(executor, std::move(first), on_end);
  asio::co_spawn(executor, std::move(second), on_end);
  while (running > 0) co_await both_ended.async_wait(kTask);
  if (failure) std::rethrow_exception(failure);
}

}  // namespace taskgate::net
