// Which session names count.
#pragma once

#include <string>
#include <vector>

namespace taskgate::tmux {

// Whether one of the patterns takes the whole name. fnmatch() with no flags: `*`, `?`, `[...]` and
// `\`, where a slash and a leading dot are characters like others. Names are bytes, so the process
// must stay in the C locale (taskgate never calls setlocale()).
bool matches_any(const std::vector<std::string>& patterns, const std::string& name);

}  // namespace taskgate::tmux
