#include "tmux/listeners.h"

#include <linux/netlink.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <utility>

#include "base/descriptor.h"
#include "tmux/diag_answer.h"

namespace taskgate::tmux {
namespace {

constexpr int kTries = 3;
constexpr std::size_t kDatagram = 32768;              // the kernel makes none larger
constexpr std::size_t kMostBytes = 16 * 1024 * 1024;  // some 150,000 sockets

bool is_shortage(int error) {
  return error == EMFILE || error == ENFILE || error == ENOMEM || error == ENOBUFS;
}

bool send_request(int socket) {
  const auto request = diag_request();
  const auto sent = ::send(socket, request.data(), sizeof request, MSG_DONTWAIT | MSG_NOSIGNAL);
  return sent == static_cast<ssize_t>(sizeof request);
}

DiagAnswer ask_kernel() {
  DiagAnswer answer;
  const Descriptor socket(
      ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_SOCK_DIAG));
  if (!socket || !send_request(socket.get())) return answer;
  std::array<char, kDatagram> datagram;
  std::size_t received = 0;
  while (answer.progress() == DiagAnswer::Progress::more && received < kMostBytes) {
    // With MSG_TRUNC a datagram that does not fit tells its true length.
    const auto size = ::recv(socket.get(), datagram.data(), datagram.size(), MSG_TRUNC);
    if (size <= 0 || static_cast<std::size_t>(size) > datagram.size()) return {};
    received += static_cast<std::size_t>(size);
    answer.take({datagram.data(), static_cast<std::size_t>(size)});
  }
  return answer;
}

}  // namespace

ListenerTable read_listeners() {
  for (int tries = 0; tries < kTries; ++tries) {
    DiagAnswer answer = ask_kernel();
    if (answer.progress() == DiagAnswer::Progress::complete) {
      return {true, std::move(answer.listeners())};
    }
    if (answer.progress() != DiagAnswer::Progress::interrupted) return read_proc_net_unix();
  }
  return {.short_of = EAGAIN};  // it never stands still
}

ListenerTable read_proc_net_unix() {
  errno = 0;
  std::ifstream file("/proc/net/unix");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  // There is a head line at least.
  if (text.empty()) return {.short_of = is_shortage(errno) ? errno : 0};
  return {true, parse_proc_net_unix(text)};
}

}  // namespace taskgate::tmux
