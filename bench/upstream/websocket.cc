#include "upstream/websocket.h"

#include <array>
#include <bit>
#include <cstdint>

namespace taskgate::bench {
namespace {

using Digest = std::array<std::uint32_t, 5>;

// The message with its end mark and its length in bits, in whole blocks of 64 bytes (RFC 3174, 4).
std::string padded(std::string_view message) {
  std::string out(message);
  out += '\x80';
  while (out.size() % 64 != 56) out += '\0';
  const std::uint64_t bits = message.size() * 8;
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(bits >> shift);
  return out;
}

std::uint32_t byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

// One block (RFC 3174, 6.1).
void mix(Digest& digest, std::string_view block) {
  std::array<std::uint32_t, 80> word{};
  for (std::size_t t = 0; t < 16; ++t) {
    word[t] = byte_at(block, 4 * t) << 24U | byte_at(block, 4 * t + 1) << 16U |
              byte_at(block, 4 * t + 2) << 8U | byte_at(block, 4 * t + 3);
  }
  for (std::size_t t = 16; t < 80; ++t) {
    word[t] = std::rotl(word[t - 3] ^ word[t - 8] ^ word[t - 14] ^ word[t - 16], 1);
  }
  auto [a, b, c, d, e] = digest;
  for (std::size_t t = 0; t < 80; ++t) {
    const std::uint32_t f = t < 20   ? ((b & c) | (~b & d)) + 0x5a827999
                            : t < 40 ? (b ^ c ^ d) + 0x6ed9eba1
                            : t < 60 ? ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc
                                     : (b ^ c ^ d) + 0xca62c1d6;
    const std::uint32_t next = std::rotl(a, 5) + f + e + word[t];
    e = d;
    d = c;
    c = std::rotl(b, 30);
    b = a;
    a = next;
  }
  digest = {digest[0] + a, digest[1] + b, digest[2] + c, digest[3] + d, digest[4] + e};
}

std::string sha1(std::string_view message) {
  Digest digest = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
  const std::string blocks = padded(message);
  for (std::size_t at = 0; at < blocks.size(); at += 64) {
    mix(digest, std::string_view(blocks).substr(at, 64));
  }
  std::string out;
  for (const std::uint32_t word : digest) {
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(word >> shift);
  }
  return out;
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      group = group << 8U | (at + i < bytes.size() ? byte_at(bytes, at + i) : 0);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      const bool filled = at + i <= bytes.size();
      out += filled ? kAlphabet[group >> (18 - 6 * i) & 0x3fU] : '=';
    }
  }
  return out;
}

}  // namespace

std::string websocket_accept(std::string_view key) {
  return base64(sha1(std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
}

}  // namespace taskgate::bench
