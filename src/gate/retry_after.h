// When a refused client should come back. Pure.
#pragma once

#include <cstdint>

#include "gate/snapshot.h"

namespace taskgate::gate {

struct RetryAdvice {
  int window_s = 1;       // RateLimit's `t`
  int retry_after_s = 1;  // Retry-After: never before the window's end
};

// `draw` is any number, another one each time: it spreads the clients of a burst so that they do
// not all come back at once. A slot held by a session comes free when somebody's work ends, one
// promised to a create in flight within seconds.
RetryAdvice retry_advice(Decision decision, bool all_slots_live, std::uint32_t draw);

}  // namespace taskgate::gate
