#include "tmux/match.h"

#include <fnmatch.h>

#include <algorithm>

namespace taskgate::tmux {
namespace {

// As fnmatch() says. The usual pattern is a prefix and a star, and each listing asks for each
// session.
bool matches(const std::string& pattern, const std::string& name) {
  const auto special = pattern.find_first_of("*?[\\");
  if (pattern.ends_with('*') && special + 1 == pattern.size()) {
    return name.compare(0, special, pattern, 0, special) == 0;
  }
  return fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
}

}  // namespace

bool matches_any(const std::vector<std::string>& patterns, const std::string& name) {
  return std::ranges::any_of(patterns,
                             [&](const std::string& pattern) { return matches(pattern, name); });
}

}  // namespace taskgate::tmux
