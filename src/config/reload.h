// What a reload cannot change.
#pragma once

#include <string>
#include <vector>

#include "config/config.h"

namespace taskgate::config {

// The paths of the keys that differ and take effect only at a start: `listen`, `admin`. A reload
// keeps the old value of these and logs a warning.
std::vector<std::string> restart_only_changes(const Config& before, const Config& after);

}  // namespace taskgate::config
