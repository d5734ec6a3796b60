// What the keys that are lists of text take. Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "config/keys.h"

namespace taskgate::config {

// tmux.socket: absolute paths short enough for a socket, none of which would be counted twice.
std::vector<Problem> check_sockets(const std::vector<std::string>& paths);

// tmux.match: patterns that are not empty.
std::vector<Problem> check_patterns(const std::vector<std::string>& patterns);

}  // namespace taskgate::config
