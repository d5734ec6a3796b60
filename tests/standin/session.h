// The upstream's "count, compare, create": three steps and no lock, which is why it needs a gate.
#pragma once

#include <boost/json/object.hpp>
#include <optional>

#include "standin/server.h"

namespace taskgate::standin {

// Checks the capacity (with --cap), waits --create-delay, makes the task's folder, record and
// session (none of them with --count-only), and waits --answer-delay. `record` has at least "kind"
// and "workdir"; it comes back with "task_id", "tmux_session", "created_at" and "status", which is
// "error" when tmux failed. Nothing at capacity.
std::optional<boost::json::object> start_session(Server& server, boost::json::object record);

// 429 with the upstream's text, and no Retry-After. The sessions are counted anew for the text.
void refuse_at_capacity(Exchange& exchange, const boost::json::object& more = {});

}  // namespace taskgate::standin
