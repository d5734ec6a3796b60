#include "support/environment.h"

#include <unistd.h>

#include <set>
#include <string_view>

namespace taskgate::test {
namespace {

bool is_kept(std::string_view name) {
  static const std::set<std::string_view> kDropped = {"TMUX",         "TMUX_PANE", "TMUX_TMPDIR",
                                                      "KC_MAX_TASKS", "AUTH_MODE", "READONLY_MODE"};
  return !name.starts_with("TASKGATE_") && !kDropped.contains(name);
}

}  // namespace

Environment current_environment() {
  Environment out;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    out.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return out;
}

Environment clean_environment() {
  Environment out = current_environment();
  std::erase_if(out, [](const auto& variable) { return !is_kept(variable.first); });
  return out;
}

Environment clean_environment_with(const Environment& more) {
  Environment out = more;
  out.merge(clean_environment());
  return out;
}

}  // namespace taskgate::test
