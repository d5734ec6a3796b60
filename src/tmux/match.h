// Which session names count. Pure; any thread.
#pragma once

#include <cstddef>
#include <string>

namespace taskgate::tmux {

// A pattern that takes whole names: fnmatch() with no flags, that is `*`, `?`, `[...]` and `\`,
// where a slash and a leading dot are characters like others. Names are bytes, so the process must
// stay in the C locale (taskgate never calls setlocale()). Looked at once, and then asked for each
// session of a listing; `text` must outlive it.
class NamePattern {
 public:
  explicit NamePattern(const std::string& text);
  bool takes(const std::string& name) const;

 private:
  const std::string& text_;
  std::size_t prefix_;  // of the usual pattern, a prefix and a star; else npos
};

}  // namespace taskgate::tmux
