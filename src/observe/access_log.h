// The access log line of a request: never bodies, tokens or query values.
#pragma once

#include <string_view>

#include "observe/outcome.h"

namespace taskgate::observe {

// Writes one line: event "request", or "admission" with decision, live and limit for a gated one
// (docs/logs.md).
void log_access(const Outcome& outcome, const gate::Snapshot& gate);

// The path of a request target in any form (RFC 9112 section 3.2): without query, fragment, and the
// scheme and authority of the absolute form, whose userinfo could be a password. "*" and an
// authority stay as they are.
std::string_view path_of(std::string_view target);

}  // namespace taskgate::observe
