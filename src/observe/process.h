// What the kernel says about this process. Linux; any thread.
#pragma once

#include <optional>

namespace taskgate::observe {

// Unset where /proc does not tell.
struct ProcessUse {
  double cpu_seconds = 0;  // user and system, all threads
  std::optional<double> resident_bytes;
  std::optional<double> open_fds;
  double max_fds = 0;  // infinite where there is no limit
};

ProcessUse process_use();

}  // namespace taskgate::observe
