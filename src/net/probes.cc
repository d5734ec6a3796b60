#include "net/probes.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <optional>

namespace taskgate::net {
namespace {

// A probe of a closed window that got no answer may be lost; two in a row are doubtful.
constexpr unsigned kDoubtful = 2;

void set(int descriptor, int level, int option, int value) {
  setsockopt(descriptor, level, option, &value, sizeof value);
}

// What the kernel knows of a TCP connection that is open; 0 in members that it does not tell.
std::optional<tcp_info> info_of(int descriptor) {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return std::nullopt;
  return info;
}

}  // namespace

void set_probes(int descriptor, const ProbeTimes& times) {
  set(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1);
  set(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, static_cast<int>(times.idle.count()));
  set(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, static_cast<int>(times.interval.count()));
  set(descriptor, IPPROTO_TCP, TCP_KEEPCNT, times.count);
  set_user_timeout(descriptor, times.limit());
}

void set_user_timeout(int descriptor, std::chrono::milliseconds limit) {
  set(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, static_cast<int>(limit.count()));
}

// With a closed window nothing is in flight and the kernel only probes.
Backlog backlog(int descriptor) {
  const auto info = info_of(descriptor);
  if (!info) return Backlog::unknown;
  const bool waits = info->tcpi_unacked == 0 && info->tcpi_notsent_bytes > 0;
  return waits && info->tcpi_probes < kDoubtful ? Backlog::held_back : Backlog::none;
}

std::chrono::milliseconds since_last_sent(int descriptor) {
  const auto info = info_of(descriptor);
  return info ? std::chrono::milliseconds(info->tcpi_last_data_sent)
              : std::chrono::milliseconds::max();
}

bool says_vanished(int error) {
  switch (error) {
    case ETIMEDOUT:
    case EHOSTUNREACH:
    case ENETUNREACH:
    case EHOSTDOWN:
    case ENONET:
      return true;
    default:
      return false;
  }
}

bool takes_vanished(int descriptor) {
  int error = 0;
  socklen_t size = sizeof error;
  return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && says_vanished(error);
}

}  // namespace taskgate::net
