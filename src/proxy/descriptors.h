// How the process's file descriptors are shared out. A listing that finds none would leave the
// count unknown, a scrape that finds none would leave the operator blind; so connections get what
// is left when these have theirs, and are bounded by count before the kernel would have to say no.
#pragma once

#include <cstddef>

#include "observe/status.h"

namespace taskgate::proxy {

// Raises the process's soft limit of descriptors to the hard one, which costs nothing and is what
// limits.connections needs, and gives the limit that holds then.
std::size_t raise_descriptor_limit();

struct DescriptorShares {
  std::size_t limit = 0;        // of the process
  std::size_t admin = 0;        // connections of the admin port
  std::size_t pipes = 0;        // of two descriptors each, for long bodies
  std::size_t connections = 0;  // connections of clients and to the upstream together
  std::size_t clients = 0;  // client connections at most, so that some are left for the upstream
};
DescriptorShares share_descriptors(std::size_t limit);

// What the connections use of their share. Loop thread only.
class Descriptors {
 public:
  Descriptors(const DescriptorShares& shares, const observe::ConnectionCounts& counts)
      : shares_(shares), counts_(counts) {}

  const DescriptorShares& shares() const { return shares_; }
  // Whether so many clients can all have their upstream connection at once.
  bool suffice_for(std::size_t clients) const { return 2 * clients <= shares_.connections; }
  // Whether one more client can be accepted.
  bool has_room() const { return used() < shares_.connections; }
  // Whether the requests that are under way can all have their upstream connection.
  bool cover_requests() const { return used() <= shares_.connections; }
  // What is left for connections to the upstream that wait for their next request.
  std::size_t spare() const { return cover_requests() ? shares_.connections - used() : 0; }
  std::size_t used() const {
    return counts_.idle + 2 * (counts_.active + counts_.streams + counts_.tunnels);
  }

 private:
  DescriptorShares shares_;
  const observe::ConnectionCounts& counts_;
};

}  // namespace taskgate::proxy
