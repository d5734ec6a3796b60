// Which sessions are views of one work: a grouped session (`new-session -t`) shows the windows of
// another, and so does one that had all of them linked into it. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tmux/listing.h"

namespace taskgate::tmux {

// The ids of a session's windows, as tidy() leaves them: in order, each once. Two views may hold
// the same window at other indexes. Empty: not known.
using WindowSet = std::vector<std::uint32_t>;
void tidy(WindowSet& windows);

// Of sessions of one server, whose windows are `windows`: names for each the first one that shows
// the same, and lets none be silent longer than another view of its work. Those whose windows are
// not known are left alone. `windows` may be empty where no details were asked.
void mark_views(std::span<Session> sessions, std::span<const WindowSet> windows);

}  // namespace taskgate::tmux
