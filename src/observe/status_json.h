// The Status as the JSON of GET /status, which `taskgate status` and the status page read as well.
// Pure; any thread.
#pragma once

#include <chrono>
#include <string>

#include "observe/status.h"

namespace taskgate::observe {

// One object; its members are stable, times are RFC 3339, and what is not known is null. `now` is
// what ages are counted to.
std::string to_json(const Status& status,
                    std::chrono::system_clock::time_point now = std::chrono::system_clock::now());

// The body of GET /readyz: whether clients may be sent here, and the state of the count for whoever
// looks. The count does not make a gate unready: everything but creates passes without it.
std::string to_readiness_json(const Status& status);

// Listening and not draining.
bool is_ready(const Status& status);

}  // namespace taskgate::observe
