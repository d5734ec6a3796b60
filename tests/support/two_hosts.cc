#include "support/two_hosts.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>

#include <fstream>
#include <string>
#include <vector>

#include "support/failure.h"
#include "support/loopback.h"
#include "support/run.h"

namespace taskgate::test {
namespace {

Fd this_host() {
  Fd host(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
  if (!host) fail_errno("opening the network namespace");
  return host;
}

void ip(const std::vector<std::string>& words) {
  std::vector<std::string> command{"ip"};
  command.insert(command.end(), words.begin(), words.end());
  const RunResult result = run(command);
  if (result.status != 0) throw Failure("ip " + words.front() + ": " + result.err);
}

Fd new_host() {
  if (::unshare(CLONE_NEWNET) != 0) {
    fail_errno("a network namespace, for which this test has to run as root");
  }
  ip({"link", "set", "lo", "up"});
  return this_host();
}

Fd make_socket() {
  Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket) fail_errno("socket");
  return socket;
}

}  // namespace

TwoHosts::TwoHosts() : home_(this_host()), near_(new_host()), far_(new_host()) {
  ip({"link", "add", "name", "veth0", "type", "veth", "peer", "name", "veth1"});
  ip({"address", "add", std::string(kFar) + "/24", "dev", "veth1"});
  ip({"link", "set", "dev", "veth1", "up"});
  const std::string near =
      "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(near_.get());
  ip({"link", "set", "dev", "veth0", "netns", near});
  enter(near_);
  ip({"address", "add", std::string(kNear) + "/24", "dev", "veth0"});
  ip({"link", "set", "dev", "veth0", "up"});
}

TwoHosts::~TwoHosts() {
  ::setns(home_.get(), CLONE_NEWNET);
}

void TwoHosts::enter(const Fd& host) {
  if (::setns(host.get(), CLONE_NEWNET) != 0) fail_errno("entering a network namespace");
}

void TwoHosts::cut(bool noticed) const {
  on_far([] { ip({"link", "set", "dev", "veth1", "down"}); });
  if (!noticed) return;
  std::ofstream("/proc/sys/net/ipv4/neigh/veth0/retrans_time_ms") << 10;
  ip({"neighbour", "flush", "dev", "veth0"});
}

Fd connect_to_host(const char* address, std::uint16_t port, int receive_buffer) {
  Fd socket = make_socket();
  if (receive_buffer > 0) {
    ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  }
  sockaddr_in to = loopback(port);
  ::inet_pton(AF_INET, address, &to.sin_addr);
  if (::connect(socket.get(), as_sockaddr(&to), sizeof to) != 0) fail_errno("connecting");
  return socket;
}

Fd listen_on_host() {
  Fd socket = make_socket();
  sockaddr_in at = loopback(0);
  at.sin_addr.s_addr = INADDR_ANY;
  if (::bind(socket.get(), as_sockaddr(&at), sizeof at) != 0 || ::listen(socket.get(), 16) != 0) {
    fail_errno("listening");
  }
  return socket;
}

Fd accept_from(const Fd& listener) {
  pollfd polled{listener.get(), POLLIN, 0};
  if (::poll(&polled, 1, Deadline().poll_timeout()) != 1) throw Failure("nobody connects");
  Fd accepted(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (!accepted) fail_errno("accept");
  return accepted;
}

}  // namespace taskgate::test
