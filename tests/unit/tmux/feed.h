// Feeding a Decoder by hand.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "tmux/decoder.h"

namespace taskgate::tmux::testing {

// Gives `bytes` in pieces of at most `piece` bytes, for as long as the decoder wants more.
inline void feed(Decoder& decoder, std::string_view bytes, std::size_t piece) {
  while (!bytes.empty() && decoder.progress() == Decoder::Progress::more) {
    const std::size_t size = std::min({piece, bytes.size(), decoder.room().size()});
    std::ranges::copy(bytes.substr(0, size), decoder.room().begin());
    decoder.received(size);
    bytes.remove_prefix(size);
  }
}

// All replies that are owed now, one behind the other.
inline std::string replies(Decoder& decoder) {
  std::string all;
  for (auto reply = decoder.next_reply(); !reply.empty(); reply = decoder.next_reply())
    all += reply;
  return all;
}

}  // namespace taskgate::tmux::testing
