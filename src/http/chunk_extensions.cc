#include "http/chunk_extensions.h"

#include "http/characters.h"

namespace taskgate::http {

// chunk-ext = *( BWS ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ] )
bool ChunkExtensions::take(char byte) {
  const bool token = is(ByteClass::token, byte);
  const bool space = is_white_space(byte);
  switch (state_) {
    case State::name_begin:
      return space || (token && go_to(State::name));
    case State::name:
      if (token) return true;
      [[fallthrough]];
    case State::name_end:
      if (space) return go_to(State::name_end);
      if (byte == '=') return go_to(State::value_begin);
      return byte == ';' && go_to(State::name_begin);
    case State::value_begin:
      if (byte == '"') return go_to(State::quoted);
      return space || (token && go_to(State::value));
    case State::value:
      if (token) return true;
      [[fallthrough]];
    case State::value_end:
      if (space) return go_to(State::next);
      return byte == ';' && go_to(State::name_begin);
    case State::next:
      return space || (byte == ';' && go_to(State::name_begin));
    case State::quoted:
    case State::quoted_pair:
      return take_in_quotes(byte);
  }
  return false;
}

bool ChunkExtensions::take_in_quotes(char byte) {
  const bool escaped = state_ == State::quoted_pair;
  if (!escaped && byte == '"') return go_to(State::value_end);
  if (!escaped && byte == '\\') return go_to(State::quoted_pair);
  return is(ByteClass::value, byte) && go_to(State::quoted);
}

bool ChunkExtensions::may_end() const {
  return state_ == State::name || state_ == State::value || state_ == State::value_end;
}

bool ChunkExtensions::go_to(State state) {
  state_ = state;
  return true;
}

}  // namespace taskgate::http
