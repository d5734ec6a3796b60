// The kernel's answer to the question which Unix sockets listen (NETLINK_SOCK_DIAG), datagram by
// datagram. Pure.
//
// The numbers stand here and not in a kernel header, since what goes over the wire is held by a
// test against recorded bytes, and an older header would lack some of them.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "tmux/listeners.h"

namespace taskgate::tmux {

// The whole question, in the host's byte order: a dump of the listening sockets of AF_UNIX with
// their names, files and queues.
std::array<std::uint32_t, 10> diag_request();

class DiagAnswer {
 public:
  enum class Progress : std::uint8_t {
    more,         // more datagrams are to come
    complete,     // listeners() holds all of them
    interrupted,  // the table changed while it was told; to be asked again
    refused,      // the kernel said no, or what came cannot be read
  };

  // One datagram, whole.
  Progress take(std::string_view datagram);

  Progress progress() const { return progress_; }
  std::vector<Listener>& listeners() { return listeners_; }

 private:
  void take_next(std::string_view& datagram);
  void take_message(std::uint16_t type, std::string_view payload);
  void take_socket(std::string_view payload);

  Progress progress_ = Progress::more;
  bool interrupted_ = false;
  std::vector<Listener> listeners_;
};

}  // namespace taskgate::tmux
