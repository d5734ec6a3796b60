#include "tmux/views.h"

#include <algorithm>
#include <map>

namespace taskgate::tmux {
namespace {

// Ids grow, so the lowest one was there first.
void mark_group(std::span<Session> sessions, const std::vector<std::size_t>& group) {
  std::size_t first = group.front();
  std::optional<std::int64_t> latest;
  for (const std::size_t index : group) {
    if (sessions[index].id < sessions[first].id) first = index;
    latest = std::max(latest, sessions[index].details->silent_since);
  }
  for (const std::size_t index : group) {
    sessions[index].details->silent_since = latest;
    if (index != first) sessions[index].details->view_of = sessions[first].name;
  }
}

}  // namespace

void tidy(WindowSet& windows) {
  std::ranges::sort(windows);
  windows.erase(std::unique(windows.begin(), windows.end()), windows.end());
}

void mark_views(std::span<Session> sessions, std::span<const WindowSet> windows) {
  const auto less = [&](std::size_t a, std::size_t b) { return windows[a] < windows[b]; };
  std::map<std::size_t, std::vector<std::size_t>, decltype(less)> groups(less);
  for (std::size_t index = 0; index < windows.size(); ++index) {
    if (!windows[index].empty()) groups[index].push_back(index);
  }
  for (const auto& [any, group] : groups) {
    if (group.size() > 1) mark_group(sessions, group);
  }
}

}  // namespace taskgate::tmux
