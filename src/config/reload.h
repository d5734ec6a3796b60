// What a reload makes of what it loads.
#pragma once

#include <string>
#include <vector>

#include "config/config.h"
#include "config/load.h"

namespace taskgate::config {

// The paths of the keys that differ and take effect only at a start: `listen`, `admin`. A reload
// keeps the old value of these and logs a warning.
std::vector<std::string> restart_only_changes(const Config& before, const Config& after);

// The configuration that comes behind the running one; an error where that stays in use.
boost::system::result<Config, Errors> successor_of(const Config& running, const Loaded& loaded);

}  // namespace taskgate::config
