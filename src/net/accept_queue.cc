#include "net/accept_queue.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstring>

#include "base/descriptor.h"

namespace taskgate::net {
namespace {

// TCP_LISTEN: <netinet/tcp.h>, which has it, and <linux/tcp.h> do not go together.
constexpr unsigned kTcpListen = 10;

class NetlinkSocket {
 public:
  NetlinkSocket() : descriptor_(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG)) {
    // The kernel answers a dump within the call; the limit is for sandboxes that do not.
    const timeval limit{0, 50'000};
    setsockopt(descriptor_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  }

  bool ask_for_listeners(unsigned char family) const {
    struct {
      nlmsghdr header;
      inet_diag_req_v2 request;
    } message{};
    message.header.nlmsg_len = sizeof message;
    message.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    message.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    message.request.sdiag_family = family;
    message.request.sdiag_protocol = IPPROTO_TCP;
    message.request.idiag_states = 1U << kTcpListen;
    return descriptor_ &&
           send(descriptor_.get(), &message, sizeof message, 0) == ssize_t{sizeof message};
  }

  ssize_t receive(std::array<char, 16384>& buffer) const {
    return recv(descriptor_.get(), buffer.data(), buffer.size(), 0);
  }

 private:
  const Descriptor descriptor_;
};

bool listens_on(const inet_diag_msg& row, const boost::asio::ip::tcp::endpoint& endpoint) {
  if (ntohs(row.id.idiag_sport) != endpoint.port()) return false;
  const std::array<char, 16> any{};
  if (std::memcmp(row.id.idiag_src, any.data(), row.idiag_family == AF_INET ? 4 : 16) == 0) {
    return true;
  }
  if (row.idiag_family == AF_INET && endpoint.address().is_v4()) {
    const auto bytes = endpoint.address().to_v4().to_bytes();
    return std::memcmp(row.id.idiag_src, bytes.data(), bytes.size()) == 0;
  }
  if (row.idiag_family == AF_INET6 && endpoint.address().is_v6()) {
    const auto bytes = endpoint.address().to_v6().to_bytes();
    return std::memcmp(row.id.idiag_src, bytes.data(), bytes.size()) == 0;
  }
  return false;
}

// Looks through one family's listeners; false when the kernel does not answer.
bool find(unsigned char family, const boost::asio::ip::tcp::endpoint& endpoint,
          std::optional<AcceptQueue>& found) {
  const NetlinkSocket netlink;
  if (!netlink.ask_for_listeners(family)) return false;
  alignas(nlmsghdr) std::array<char, 16384> buffer;
  for (;;) {
    const ssize_t received = netlink.receive(buffer);
    if (received <= 0) return false;
    std::size_t left = static_cast<std::size_t>(received);
    const char* at = buffer.data();
    while (left >= sizeof(nlmsghdr)) {
      nlmsghdr header;
      std::memcpy(&header, at, sizeof header);
      if (header.nlmsg_len < sizeof header || header.nlmsg_len > left) return false;
      if (header.nlmsg_type == NLMSG_DONE) return true;
      if (header.nlmsg_type == NLMSG_ERROR) return false;
      inet_diag_msg row;
      if (header.nlmsg_len >= sizeof header + sizeof row) {
        std::memcpy(&row, at + sizeof header, sizeof row);
        // Of a listening socket, the receive queue is the accept queue and the send queue its
        // bound.
        if (listens_on(row, endpoint)) found = AcceptQueue{row.idiag_rqueue, row.idiag_wqueue};
      }
      const std::size_t step = NLMSG_ALIGN(header.nlmsg_len);
      at += step;
      left -= step < left ? step : left;
    }
  }
}

}  // namespace

std::optional<AcceptQueue> read_accept_queue(const boost::asio::ip::tcp::endpoint& endpoint,
                                             AcceptQueueAnswer& answer) {
  std::optional<AcceptQueue> found;
  bool answered = find(AF_INET, endpoint, found);
  if (!found) answered = find(AF_INET6, endpoint, found) || answered;
  answer = found      ? AcceptQueueAnswer::found
           : answered ? AcceptQueueAnswer::not_local
                      : AcceptQueueAnswer::not_available;
  return found;
}

}  // namespace taskgate::net
