#include "tmux/match.h"

#include <fnmatch.h>

namespace taskgate::tmux {

NamePattern::NamePattern(const std::string& text)
    : text_(text), prefix_(text.find_first_of("*?[\\")) {
  if (!text.ends_with('*') || prefix_ + 1 != text.size()) prefix_ = std::string::npos;
}

bool NamePattern::takes(const std::string& name) const {
  if (prefix_ == std::string::npos) return fnmatch(text_.c_str(), name.c_str(), 0) == 0;
  return name.compare(0, prefix_, text_, 0, prefix_) == 0;
}

}  // namespace taskgate::tmux
