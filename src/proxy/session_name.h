// The name of the session that a create has started, as its answer says it. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "route/table.h"

namespace taskgate::proxy {

class SessionNameReader {
 public:
  // `where` outlives it.
  explicit SessionNameReader(const std::vector<route::SessionName>& where) : where_(where) {}

  // The answer's body, piece by piece; of one beyond JsonBody::kMost nothing is kept.
  void feed(std::string_view bytes);
  // Nothing will be found, whatever comes.
  bool is_too_long() const { return is_too_long_; }
  // What is kept, in bytes of memory.
  std::size_t bytes() const { return body_.capacity(); }
  // From what was fed: whatever `where` shows first. Empty: nothing.
  std::string name() const;

 private:
  const std::vector<route::SessionName>& where_;
  std::string body_;
  bool is_too_long_ = false;
};

}  // namespace taskgate::proxy
