#include "tmux/protocol.h"

#include <cstring>

namespace taskgate::tmux {

std::uint32_t read_u32(const char* bytes) {
  std::uint32_t value = 0;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

std::int64_t read_i64(const char* bytes) {
  std::int64_t value = 0;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

std::optional<FrameHeader> parse_header(std::span<const char, kHeaderSize> bytes) {
  const std::uint32_t length = read_u32(&bytes[4]);
  // The high half holds no length, only "a descriptor comes with it": bit 0 of the flags up
  // to 3.5a, bit 31 of the length from 3.6 on.
  const std::uint32_t high = length >> 16;
  if (high != 0 && high != 1 && high != 0x8000) return std::nullopt;
  const std::size_t whole = length & 0xffff;
  if (whole < kHeaderSize || whole > kMaxFrame) return std::nullopt;
  return FrameHeader{Message{read_u32(&bytes[0])}, whole, read_u32(&bytes[8]) & 0xff};
}

}  // namespace taskgate::tmux
