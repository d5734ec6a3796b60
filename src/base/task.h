// Asio's types as the loop uses them. The executor is the io_context's own, not the type-erased
// one: a request costs a dozen asynchronous operations, and each would pay for the erasure.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include "base/error.h"
#include "base/time.h"

namespace taskgate {

namespace asio = boost::asio;
using Executor = asio::io_context::executor_type;

template <typename T = void>
using Task = asio::awaitable<T, Executor>;

using TcpSocket = asio::basic_stream_socket<asio::ip::tcp, Executor>;
using UnixSocket = asio::basic_stream_socket<asio::local::stream_protocol, Executor>;
using Timer = asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, Executor>;

// co_await operation(..., kTask) gives a tuple whose first element is the error code: transport
// failures are values, since co_await is not allowed in a catch block.
//
// g++ 12.2 has no place in the coroutine's frame for the value of a co_await that stands in a
// condition, and puts it over the frame's resume pointer: the next resumption jumps into nowhere.
// So the value always gets a name first
// (`const bool came = co_await read_more(); if (!came) ...`); tests/structure holds this. The same
// goes for operands of &&, || and ?:, and lambdas inside a co_await expression are destroyed twice.
//
// Deferred, an operation is begun by the coroutine that awaits it; use_awaitable would make one
// coroutine more for each.
inline constexpr auto kTask = asio::as_tuple(asio::deferred);

}  // namespace taskgate
