// The routes that start a tmux session (rows 1 to 7 and 9 of the upstream's API).
#pragma once

#include "standin/server.h"

namespace taskgate::standin {

// Serves the request when its path is a create's, and gives true then. The caller has dealt with
// read-only mode, which comes first; then come authorization, the body, and the capacity.
bool serve_create(Exchange& exchange);

// Ids that are there: webhooks `hook1` and `hook2` (no signature), crons `nightly` and `paused`
// (suspended), desktop items `t1` (task), `u1` (url) and `s1` (shell). Any board is there; `empty`
// has nothing to do.
std::string desktop_kind(const std::string& id);  // "" when there is no such item

}  // namespace taskgate::standin
