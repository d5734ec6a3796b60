// What TCP itself can be told and asked about the other end of a connection (tcp(7)). By
// descriptor; any thread.
#pragma once

#include <chrono>
#include <cstdint>

namespace taskgate::net {

// When a peer that says nothing is asked whether it is still there, and given up. A probe is a
// segment without data: no byte of ours enters a stream.
struct ProbeTimes {
  std::chrono::seconds idle{60};      // silence before the first probe
  std::chrono::seconds interval{15};  // from one unanswered probe to the next
  int count = 4;                      // unanswered ones in a row

  // A peer that has answered nothing for so long is gone.
  constexpr std::chrono::milliseconds limit() const { return idle + interval * count; }
};

// Has the kernel probe. Connections that are accepted from a listening socket inherit it, so there
// it costs no connection anything. Best effort: a sandbox may not know one of the options.
void set_probes(int descriptor, const ProbeTimes& times);

// For how long data may stay unacknowledged (TCP_USER_TIMEOUT); zero: as long as the kernel likes.
void set_user_timeout(int descriptor, std::chrono::milliseconds limit);

// How it stands with what was sent and not yet taken.
enum class Backlog : std::uint8_t {
  none,       // nothing waits, or it is on its way
  held_back,  // the peer is there and has no room: its program does not read
  unknown,    // no TCP connection is open under this descriptor
};
Backlog backlog(int descriptor);

// How long ago bytes went out last, new or again; the longest time where the kernel does not tell.
std::chrono::milliseconds since_last_sent(int descriptor);

// Whether a connection that ended with this error did so since its peer answers no more. What the
// kernel has heard on the way, of a neighbour that is silent or by ICMP, it then gives in place of
// ETIMEDOUT, and a connection that stands ends by it in no other case (RFC 1122 section 4.2.3.9).
bool says_vanished(int error);

// Takes the socket's pending error; whether it says that.
bool takes_vanished(int descriptor);

}  // namespace taskgate::net
