// Addresses of connections. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>

#include "base/task.h"

namespace taskgate::net {

// An address for others to read: an IPv4 peer of a socket for both families as IPv4, and without
// the name of an interface, which means something on this machine only.
std::string text_of(const asio::ip::address& address);

// The port under which 127.0.0.1 reaches a listener; 0: it does not.
std::uint16_t port_on_loopback(const asio::ip::tcp::endpoint& listener);

}  // namespace taskgate::net
