// Runs two coroutines side by side and goes on when both have ended. Neither is cancelled by the
// other's end: whoever ends early says so to the other itself.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>
#include <exception>
#include <utility>

#include "base/task.h"

namespace taskgate::net {

inline Task<> join(Task<> first, Task<> second) {
  const Executor executor = co_await asio::this_coro::executor;
  auto group = asio::experimental::make_parallel_group(
      asio::co_spawn(executor, std::move(first), asio::deferred),
      asio::co_spawn(executor, std::move(second), asio::deferred));
  const auto [order, first_error, second_error] = co_await group.async_wait(
      asio::experimental::wait_for_all(), asio::use_awaitable_t<Executor>{});
  static_cast<void>(order);
  if (first_error) std::rethrow_exception(first_error);
  if (second_error) std::rethrow_exception(second_error);
}

}  // namespace taskgate::net
