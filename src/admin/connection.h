// The life of one connection to the admin port: read one request's head, answer, end.
#pragma once

#include <boost/asio/thread_pool.hpp>

#include "admin/server.h"
#include "base/task.h"

namespace taskgate::admin {

// What connections use; outlives them.
struct Services {
  const Sources& sources;
  // Answers that wait do so on these threads. Those that wait for a listing have threads of their
  // own, so that no number of them can hold up a probe.
  asio::thread_pool& shallow;
  asio::thread_pool& deep;
};

// Ends with the exchange, or soon after the socket was closed from outside. Nothing in it ends a
// client's silence: the server closes connections that live too long.
Task<> serve(TcpSocket& socket, const Services& services);

}  // namespace taskgate::admin
