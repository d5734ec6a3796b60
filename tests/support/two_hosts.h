// Two hosts on one machine: two network namespaces and a link between them that can be cut, so that
// a peer vanishes as it does when its power goes. Needs root. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "support/fd.h"

namespace taskgate::test {

class TwoHosts {
 public:
  static constexpr const char* kNear = "10.77.0.1";
  static constexpr const char* kFar = "10.77.0.2";

  // From here on the calling thread, and what it starts, is on the near host. Throws Failure where
  // that is not allowed: a test that was skipped would prove nothing.
  TwoHosts();
  ~TwoHosts();
  TwoHosts(const TwoHosts&) = delete;
  TwoHosts& operator=(const TwoHosts&) = delete;

  // Calls it on the far host; a socket stays on the host where it was made.
  template <typename Call>
  auto on_far(Call call) const {
    const Visit visit(*this);
    return call();
  }

  // No packet passes any more, and neither side is told. `noticed`: the near host's kernel is soon
  // sure that its neighbour answers nothing, as it is of one that is off for longer.
  void cut(bool noticed = false) const;

 private:
  struct Visit {
    explicit Visit(const TwoHosts& to) : hosts(to) { enter(hosts.far_); }
    ~Visit() { enter(hosts.near_); }
    const TwoHosts& hosts;
  };

  static void enter(const Fd& host);

  Fd home_;
  Fd near_;
  Fd far_;
};

// A blocking connection to an IPv4 address, of the host where the thread is.
Fd connect_to_host(const char* address, std::uint16_t port, int receive_buffer = 0);
// Listens on all addresses of that host, on a free port.
Fd listen_on_host();
// The next connection; throws Failure when none comes in time.
Fd accept_from(const Fd& listener);

}  // namespace taskgate::test
