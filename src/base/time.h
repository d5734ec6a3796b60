// Time as the whole project uses it: monotonic, so that no clock jump moves a deadline.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace taskgate {

using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;
using Duration = Clock::duration;

// Seconds as a floating number, for metrics and people.
double to_seconds(Duration duration);

// RFC 3339 with milliseconds, UTC: the time stamp of log lines and of the status page.
std::string format_wall_time(std::chrono::system_clock::time_point when);

// "500ms", "10s", "2m", "1h": the shortest exact spelling, as the configuration takes it. 0 is
// "0s".
std::string format_duration(Duration duration);

}  // namespace taskgate
