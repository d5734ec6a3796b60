// The state of a gate as text for a terminal. Pure.
#pragma once

#include <boost/json/value.hpp>
#include <string>

#include "cli/writer.h"

namespace taskgate::cli {

// The whole state, lines each with its end. Control characters of what comes from outside are
// escaped, so that no session's name can steer the terminal.
std::string status_text(const boost::json::value& status, const TextStyle& style);

// The state in one line, without its end; what only grows older is not in it.
std::string status_line(const boost::json::value& status);

}  // namespace taskgate::cli
