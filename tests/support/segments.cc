#include "support/segments.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "support/failure.h"

namespace taskgate::test {

std::uint32_t segments_received(int descriptor) {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) {
    fail_errno("the kernel does not tell of the connection");
  }
  return info.tcpi_segs_in;
}

}  // namespace taskgate::test
