// The life of one connection to the admin port: read one request's head, answer, end.
#pragma once

#include <boost/asio/thread_pool.hpp>
#include <boost/intrusive/list_hook.hpp>
#include <utility>

#include "admin/server.h"
#include "admin/streams.h"
#include "base/task.h"

namespace taskgate::admin {

// An accepted connection; lives in its coroutine's frame. While it is linked into the server's list
// it is closed when its time is over.
struct Connection
    : boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
  Connection(TcpSocket accepted, TimePoint end) : socket(std::move(accepted)), expires(end) {}

  TcpSocket socket;
  TimePoint expires;
};

// What connections use; outlives them.
struct Services {
  const Sources& sources;
  // Answers that wait do so on these threads. Those that wait for a listing have threads of their
  // own, so that no number of them can hold up a probe.
  asio::thread_pool& shallow;
  asio::thread_pool& deep;
  Streams& streams;
};

// Ends with the exchange, or soon after the socket was closed from outside. Nothing in it ends a
// client's silence: the server closes connections that live too long, and an event stream, which
// leaves the server's list, is looked after by Streams.
Task<> serve(Connection& connection, const Services& services);

}  // namespace taskgate::admin
