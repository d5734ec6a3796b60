// The configuration file.
#pragma once

#include <string>

#include "config/draft.h"

namespace taskgate::config {

// Sets in `draft` what the YAML `text` of the file `name` says.
void apply_file(const std::string& name, const std::string& text, Draft& draft);

}  // namespace taskgate::config
