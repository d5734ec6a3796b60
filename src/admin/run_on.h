// Work that may wait, off the thread that carries the connections.
#pragma once

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <type_traits>

#include "base/task.h"

namespace taskgate::admin {

// Calls `make` on a thread of the pool and comes back to the loop with its value. `make` must not
// throw. Meanwhile the loop goes on: what belongs to it may change.
template <typename Make>
Task<std::invoke_result_t<Make>> run_on(asio::thread_pool& pool, Make make) {
  constexpr asio::use_awaitable_t<Executor> await;
  co_await asio::post(asio::bind_executor(pool.get_executor(), await));
  auto value = make();
  co_await asio::post(await);
  co_return value;
}

}  // namespace taskgate::admin
