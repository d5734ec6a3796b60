// The environment that a started program gets.
#pragma once

#include <map>
#include <string>

namespace taskgate::test {

using Environment = std::map<std::string, std::string>;

// This process's own.
Environment current_environment();

// The same without what would change a program under test from outside: TMUX and
// TMUX_TMPDIR (another tmux server), TASKGATE_* and KC_MAX_TASKS (the gate's configuration),
// AUTH_MODE and READONLY_MODE.
Environment clean_environment();

// clean_environment() with these on top.
Environment clean_environment_with(const Environment& more);

}  // namespace taskgate::test
