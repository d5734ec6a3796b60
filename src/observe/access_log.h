// The access log line of a request: never bodies, tokens or query values. Any thread.
#pragma once

#include <cstdint>

#include "base/log.h"
#include "observe/outcome.h"

namespace taskgate::observe {

// Writes one line: event "admission" for a create, with what was decided and on which count, or
// "request" (docs/logs.md). `left_out`: so many lines like it were not written before it.
void log_access(const Outcome& outcome, std::uint64_t left_out = 0);

// Which request a line is about: `method`, `path`, `route` and `id`, cut so that the line stays
// short.
void add_request(log::Event& line, const Outcome& outcome);

}  // namespace taskgate::observe
