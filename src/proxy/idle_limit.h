// How long a client and its upstream may be silent (timeouts.idle): no byte moves, in neither
// direction. What moves slowly is not silent, however little it is. Loop thread only.
#pragma once

#include "net/deadline.h"

namespace taskgate::proxy {

class Peer;

class IdleLimit {
 public:
  // `limit` is not zero. While this lives, both peers say what moves; when they were silent for so
  // long, what is under way on them fails with PeerFault::timeout.
  IdleLimit(net::Deadlines& deadlines, Duration limit, Peer& client, Peer& upstream);
  ~IdleLimit();
  IdleLimit(const IdleLimit&) = delete;
  IdleLimit& operator=(const IdleLimit&) = delete;

  // Counts from now on, anew, or no more.
  void begin();
  void end();
  void moved() {
    if (counts_) deadline_.set(limit_);
  }
  bool is_over() const { return deadline_.expired(); }

 private:
  void look();

  net::Deadline deadline_;
  const Duration limit_;
  Peer& client_;
  Peer& upstream_;
  bool counts_ = false;
};

}  // namespace taskgate::proxy
