// Finds peers that have vanished without a word: a laptop that sleeps, a node or a NAT entry that
// is lost. Neither sends a FIN, and streams and tunnels have no idle limit, so without this their
// connections, and the upstream's thread behind each, would stay for ever. The kernel probes those
// that are silent and gives up those that leave data unacknowledged; either ends the connection
// with an error that says_vanished() knows.
//
// The kernel's limit on unacknowledged data has one flaw: it also ends a connection whose peer
// answers each probe and only has no room, as a client that has paused a film. So whoever is found
// in that state, in a look at all connections four times within the limit, is taken out of the
// limit until its window opens or its answers stop. Loop thread only.
#pragma once

#include <cstdint>
#include <vector>

#include "base/task.h"
#include "net/probes.h"

namespace taskgate::net {

class VanishedPeers {
 public:
  VanishedPeers(asio::io_context& loop, ProbeTimes times);

  const ProbeTimes& times() const { return times_; }
  // For a socket that is about to connect.
  void probe(int descriptor) const { set_probes(descriptor, times_); }

  // A connection that was accepted or made, from a socket that is probed. Whoever closes it need
  // not say so: the next look finds that.
  void watch(int descriptor);

 private:
  enum class State : std::uint8_t { unwatched, limited, unlimited };

  void arm();
  void look_at_some();
  void look_at(int descriptor, State& state);

  const ProbeTimes times_;
  Timer timer_;
  bool armed_ = false;
  // By descriptor: those of a process are small numbers.
  std::vector<State> states_;
  std::size_t watched_ = 0;
  std::size_t next_ = 0;  // to be looked at
};

}  // namespace taskgate::net
