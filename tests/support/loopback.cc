#include "support/loopback.h"

#include <cstdio>
#include <fstream>
#include <string>

#include "support/failure.h"

namespace taskgate::test {
namespace {

Fd bound_socket(std::uint16_t port) {
  Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket) fail_errno("socket");
  const int on = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const sockaddr_in address = loopback(port);
  if (::bind(socket.get(), as_sockaddr(&address), sizeof address) != 0) {
    fail_errno("cannot bind 127.0.0.1:" + std::to_string(port));
  }
  return socket;
}

}  // namespace

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

const sockaddr* as_sockaddr(const sockaddr_in* address) {
  return static_cast<const sockaddr*>(static_cast<const void*>(address));
}

std::uint16_t local_port_of(int socket) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  void* const where = &address;
  if (::getsockname(socket, static_cast<sockaddr*>(where), &size) != 0) fail_errno("getsockname");
  return ntohs(address.sin_port);
}

Fd listen_on_loopback(std::uint16_t port, int backlog) {
  Fd socket = bound_socket(port);
  if (::listen(socket.get(), backlog) != 0) fail_errno("listen");
  return socket;
}

ClosedPort::ClosedPort() : socket_(bound_socket(0)), port_(local_port_of(socket_.get())) {}

// By proc(5), net/tcp.
int unread_connections(std::uint16_t port) {
  std::ifstream table("/proc/net/tcp");
  std::string line;
  std::getline(table, line);
  int found = 0;
  while (std::getline(table, line)) {
    unsigned local_port = 0;
    unsigned unread = 0;
    const int read =
        std::sscanf(line.c_str(), " %*d: %*8x:%4x %*8x:%*4x %*2x %*8x:%8x", &local_port, &unread);
    if (read == 2 && local_port == port && unread > 0) ++found;
  }
  return found;
}

}  // namespace taskgate::test
