// Who was refused in the last hour, for a terminal: what `taskgate status --refusals` prints. Pure.
#pragma once

#include <boost/json/value.hpp>
#include <string>

#include "cli/writer.h"

namespace taskgate::cli {

// Lines each with its end, from the JSON of GET /status. Control characters of what clients choose
// are escaped.
std::string refusals_text(const boost::json::value& status, const TextStyle& style);

}  // namespace taskgate::cli
