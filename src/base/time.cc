#include "base/time.h"

#include <cstdio>
#include <ctime>

namespace taskgate {

double to_seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

std::string format_wall_time(std::chrono::system_clock::time_point when) {
  using std::chrono::milliseconds;
  const auto since_epoch = std::chrono::floor<milliseconds>(when.time_since_epoch()).count();
  const std::time_t seconds = static_cast<std::time_t>(since_epoch / 1000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[40];
  const std::size_t length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  std::snprintf(text + length, sizeof text - length, ".%03dZ",
                static_cast<int>(since_epoch % 1000));
  return text;
}

std::string format_duration(Duration duration) {
  using std::chrono::duration_cast;
  using std::chrono::milliseconds;
  const auto count = duration_cast<milliseconds>(duration).count();
  if (count == 0) return "0s";
  if (count % 3'600'000 == 0) return std::to_string(count / 3'600'000) + "h";
  if (count % 60'000 == 0) return std::to_string(count / 60'000) + "m";
  if (count % 1000 == 0) return std::to_string(count / 1000) + "s";
  return std::to_string(count) + "ms";
}

}  // namespace taskgate
