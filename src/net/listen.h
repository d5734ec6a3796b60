// Listening sockets: both ports are opened in the same way. On the thread of the acceptor's loop.
#pragma once

#include <boost/asio/basic_socket_acceptor.hpp>
#include <cstdint>
#include <string>

#include "base/task.h"
#include "net/probes.h"
#include "net/resolve.h"

namespace taskgate::net {

using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;

// Binds to the first of them that can be bound, and listens. "::" takes both families, and IPv4
// alone where the kernel has no IPv6. What is accepted is probed, and sends small writes
// at once (TCP_NODELAY); an accept that finds nobody does not wait. An error is the first one's,
// and leaves the acceptor closed.
ErrorCode listen(Acceptor& acceptor, const Endpoints& any_of, const ProbeTimes& probes);

// The same for all that a host stands for, a name as in resolve(), which may block.
ErrorCode listen(Acceptor& acceptor, const std::string& host, std::uint16_t port,
                 const ProbeTimes& probes);

}  // namespace taskgate::net
