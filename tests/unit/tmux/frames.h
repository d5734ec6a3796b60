// Frames as a tmux server sends them, made without the code under test.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace taskgate::tmux::testing {

inline std::string u32(std::uint32_t value) {
  std::string bytes;
  for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>((value >> shift) & 0xff);
  return bytes;
}

inline std::string raw_frame(std::uint32_t type, std::uint32_t length, std::string_view payload,
                             std::uint32_t version = 8) {
  return u32(type) + u32(length) + u32(version) + u32(0xffffffff) + std::string(payload);
}

inline std::string frame(std::uint32_t type, std::string_view payload, std::uint32_t version = 8) {
  return raw_frame(type, static_cast<std::uint32_t>(16 + payload.size()), payload, version);
}

inline std::string write_open(std::uint32_t stream) {
  return frame(303, u32(stream) + u32(stream) + u32(0));
}

inline std::string write_text(std::uint32_t stream, std::string_view text) {
  return frame(304, u32(stream) + std::string(text));
}

// Text as servers up to 3.0a send it: a full buffer of which `size` bytes count.
inline std::string old_text(std::uint32_t type, std::uint64_t size, std::string_view text) {
  std::string payload = u32(static_cast<std::uint32_t>(size)) +
                        u32(static_cast<std::uint32_t>(size >> 32)) + std::string(text);
  payload.resize(8 + 8192);
  return frame(type, payload);
}

inline std::string exit_frame(std::uint32_t result) {
  return frame(203, u32(result));
}

inline std::string exit_frame(std::uint32_t result, std::string_view words) {
  return frame(203, u32(result) + std::string(words) + '\0');
}

// A whole answer of a server from 3.1 on.
inline std::string answer(std::string_view text) {
  return write_open(1) + write_text(1, text) + exit_frame(0);
}

}  // namespace taskgate::tmux::testing
