// Addresses of 127.0.0.1.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>

#include "support/fd.h"

namespace taskgate::test {

sockaddr_in loopback(std::uint16_t port);

// The address as the socket calls want it.
const sockaddr* as_sockaddr(const sockaddr_in* address);

std::uint16_t local_port_of(int socket);

// A listening socket on 127.0.0.1, on a free port for 0.
Fd listen_on_loopback(std::uint16_t port, int backlog);

// A port of 127.0.0.1 on which nothing listens. It is bound as long as the object lives, so nobody
// else gets it.
class ClosedPort {
 public:
  ClosedPort();
  std::uint16_t port() const { return port_; }

 private:
  Fd socket_;
  std::uint16_t port_;
};

// Connections to `port` with bytes that their server has not read.
int unread_connections(std::uint16_t port);

}  // namespace taskgate::test
