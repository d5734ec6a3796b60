// The accept queue of a listening socket in our network namespace, asked from the kernel
// (sock_diag(7)). A pod's containers share the namespace, so the gate sees its upstream's backlog
// without being told. Any thread.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <optional>

namespace taskgate::net {

struct AcceptQueue {
  unsigned length = 0;   // connections that wait to be accepted
  unsigned backlog = 0;  // what listen() was given; the kernel takes one more
};

enum class AcceptQueueAnswer : unsigned char { found, not_local, not_available };

// Nothing when no socket of this namespace listens there (`answer` says not_local) or the kernel
// does not tell (not_available: sandboxes without netlink; one that takes the question and leaves
// it unanswered holds up the caller for a tenth of a second).
std::optional<AcceptQueue> read_accept_queue(const boost::asio::ip::tcp::endpoint& endpoint,
                                             AcceptQueueAnswer& answer);

}  // namespace taskgate::net
