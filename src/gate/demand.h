// What one create asks of the gate. Pure.
#pragma once

#include "base/time.h"
#include "gate/turned_away.h"

namespace taskgate::gate {

struct Demand {
  // Sessions that it may start. With 0 its task comes by another door: it is decided like any other
  // create, and no slot is kept for it.
  int slots = 1;
  Duration settle{};  // how long after the answer its sessions may still be on their way
  // Whether its success proves that a session was started (socket_check.h).
  bool is_evidence = true;
  // Whether an answer of 3xx says that nothing was started. Where a redirect may as well follow a
  // create that went well (POST, redirect, GET) it does not.
  bool redirect_refuses = false;
  // Whose it is: while a sender's last create was turned away, its creates stand behind all others.
  Sender sender = 0;
};

}  // namespace taskgate::gate
