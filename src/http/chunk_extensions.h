// The extensions of a chunk (RFC 9112 section 7.1.1). Pure; any thread.
#pragma once

#include <cstdint>

namespace taskgate::http {

// Walks over what stands between the first ';' of a chunk's size line and its CR.
class ChunkExtensions {
 public:
  // Whether `byte` may come next. Not to be called again once it may not.
  bool take(char byte);
  // Whether the line may end here.
  bool may_end() const;

 private:
  enum class State : std::uint8_t {
    name_begin,
    name,
    name_end,
    value_begin,
    value,
    quoted,
    quoted_pair,
    value_end,
    next
  };

  bool go_to(State state);
  bool take_in_quotes(char byte);

  State state_ = State::name_begin;
};

}  // namespace taskgate::http
