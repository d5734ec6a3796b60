// How the benchmark's programs wait: what fails, fails the run. A load whose connection breaks has
// measured nothing, so unlike in the gate a transport failure is an exception here.
#pragma once

#include "base/task.h"

namespace taskgate::bench {

inline constexpr asio::use_awaitable_t<Executor> kThrow{};

}  // namespace taskgate::bench
