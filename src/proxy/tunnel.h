// What follows a 101: bytes of another protocol, both ways (RFC 9110 section 7.8). Loop thread
// only.
#pragma once

#include "base/task.h"
#include "net/hangup_watch.h"
#include "net/pipe.h"
#include "observe/outcome.h"
#include "proxy/peer.h"

namespace taskgate::proxy {

// Relays until both sides have ended their sending; the end of one is passed on, and the other goes
// on. What comes in bulk goes through `pipes`. False: a side broke off, or both were silent for too
// long; then neither side may take what it got for the whole. `outcome` counts the bytes as they
// pass.
Task<bool> tunnel(Peer& client, Peer& upstream, observe::Outcome& outcome, net::HangupWatch& watch,
                  net::Pipes& pipes);

}  // namespace taskgate::proxy
