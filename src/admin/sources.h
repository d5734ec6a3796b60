// What the admin port shows, and where it comes from.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "observe/metrics.h"
#include "observe/status.h"

namespace taskgate::admin {

// What the server asks of the loop. Called on the server's threads; each call may take until the
// loop answers, but must end by itself: ~Server waits for it.
struct Sources {
  // The state now, with a listing at most a second old; nothing when the loop does not answer in
  // time.
  std::function<std::optional<observe::Status>()> status;
  // The same without asking for a listing, for /readyz.
  std::function<std::optional<observe::Status>()> shallow_status;
  std::function<std::optional<std::string>()> config_yaml;
  const observe::Metrics* metrics;
};

}  // namespace taskgate::admin
