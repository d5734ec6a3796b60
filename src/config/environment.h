// The environment: a variable a key.
#pragma once

#include <string_view>

#include "config/draft.h"
#include "config/load.h"

namespace taskgate::config {

// The first upstream's own variable for its limit.
inline constexpr std::string_view kUpstreamLimit = "KC_MAX_TASKS";
// Names the configuration file.
inline constexpr std::string_view kFileVariable = "TASKGATE_CONFIG";

// Sets in `draft` what the TASKGATE_ variables say; `limit` is also KC_MAX_TASKS, the upstream's
// own variable.
void apply_environment(const Sources& sources, Draft& draft);

// Whether Kubernetes makes such a variable for a Service named taskgate or taskgate-<something>.
// Those are in every container of the Service's namespace and have nothing to do with the
// configuration.
bool is_made_by_kubernetes(std::string_view name, std::string_view value);

}  // namespace taskgate::config
