#include "tmux/diag_answer.h"

#include <sys/sysmacros.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

namespace taskgate::tmux {
namespace {

constexpr std::size_t kMessageHeader = 16;
constexpr std::size_t kSocketHeader = 16;
constexpr std::size_t kAttributeHeader = 4;

// Message types of netlink, and the one of its sockets' family.
constexpr std::uint16_t kNoop = 1;
constexpr std::uint16_t kError = 2;
constexpr std::uint16_t kDone = 3;
constexpr std::uint16_t kSocketByFamily = 20;
constexpr std::uint16_t kInterruptedFlag = 0x10;

// Attributes of a socket; the upper two bits of the type are flags.
constexpr std::uint16_t kAttributeType = 0x3fff;
constexpr std::uint16_t kName = 0;
constexpr std::uint16_t kFile = 1;
constexpr std::uint16_t kQueue = 4;

constexpr std::uint8_t kStream = 1;

template <typename Number>
Number read(std::string_view bytes, std::size_t at) {
  Number number{};
  std::memcpy(&number, bytes.data() + at, sizeof number);
  return number;
}

// Messages and attributes begin at multiples of four; the last one needs no padding.
void drop(std::string_view& bytes, std::size_t length) {
  bytes.remove_prefix(std::min(bytes.size(), (length + 3) & ~std::size_t{3}));
}

// The kernel's own numbering of devices: 12 bits, then 20.
BoundFile file_of(std::string_view value) {
  const auto device = read<std::uint32_t>(value, 4);
  return {.device = ::makedev(device >> 20U, device & 0xfffffU),
          .inode = read<std::uint32_t>(value, 0)};
}

// False if the value is too short for what it says it is.
bool take_attribute(std::uint16_t type, std::string_view value, Listener& listener) {
  switch (type) {
    case kName:
      listener.path = value.substr(0, value.find('\0'));
      return true;
    case kFile:
      if (value.size() < 8) return false;
      listener.file = file_of(value);
      return true;
    case kQueue:
      if (value.size() < 8) return false;
      listener.backlog = read<std::uint32_t>(value, 4);
      return true;
    default:
      return true;
  }
}

std::optional<Listener> parse_socket(std::string_view attributes) {
  Listener listener;
  while (attributes.size() >= kAttributeHeader) {
    const std::size_t length = read<std::uint16_t>(attributes, 0);
    if (length < kAttributeHeader || length > attributes.size()) return std::nullopt;
    const auto type =
        static_cast<std::uint16_t>(read<std::uint16_t>(attributes, 2) & kAttributeType);
    const auto value = attributes.substr(kAttributeHeader, length - kAttributeHeader);
    if (!take_attribute(type, value, listener)) return std::nullopt;
    drop(attributes, length);
  }
  return listener;
}

}  // namespace

std::array<std::uint32_t, 10> diag_request() {
  constexpr std::uint32_t kRequestAndDump = 0x301;
  constexpr std::uint32_t kUnixFamily = 1;
  constexpr std::uint32_t kListening = 1U << 10U;
  constexpr std::uint32_t kShowNameFileQueue = 1U | 2U | 16U;
  constexpr std::uint32_t kAnyCookie = 0xffffffff;
  // Length, type and flags, sequence, port; then the family, states, inode, what to show, cookie.
  return {40,          kSocketByFamily | kRequestAndDump << 16U,
          1,           0,
          kUnixFamily, kListening,
          0,           kShowNameFileQueue,
          kAnyCookie,  kAnyCookie};
}

DiagAnswer::Progress DiagAnswer::take(std::string_view datagram) {
  while (progress_ == Progress::more && !datagram.empty()) take_next(datagram);
  if (progress_ == Progress::refused || progress_ == Progress::interrupted) listeners_.clear();
  return progress_;
}

void DiagAnswer::take_next(std::string_view& datagram) {
  const std::size_t length =
      datagram.size() < kMessageHeader ? 0 : read<std::uint32_t>(datagram, 0);
  if (length < kMessageHeader || length > datagram.size()) {
    progress_ = Progress::refused;
    return;
  }
  if ((read<std::uint16_t>(datagram, 6) & kInterruptedFlag) != 0) interrupted_ = true;
  take_message(read<std::uint16_t>(datagram, 4),
               datagram.substr(kMessageHeader, length - kMessageHeader));
  drop(datagram, length);
}

void DiagAnswer::take_message(std::uint16_t type, std::string_view payload) {
  switch (type) {
    case kNoop:
      return;
    case kSocketByFamily:
      return take_socket(payload);
    case kDone:
      // A dump that failed on its way says so in the number behind its end.
      if (payload.size() >= 4 && read<std::int32_t>(payload, 0) < 0) {
        progress_ = Progress::refused;
      } else {
        progress_ = interrupted_ ? Progress::interrupted : Progress::complete;
      }
      return;
    case kError:
    default:
      progress_ = Progress::refused;
      return;
  }
}

void DiagAnswer::take_socket(std::string_view payload) {
  auto listener =
      payload.size() < kSocketHeader ? std::nullopt : parse_socket(payload.substr(kSocketHeader));
  if (!listener) {
    progress_ = Progress::refused;
    return;
  }
  listener->socket = read<std::uint32_t>(payload, 4);
  // No path: an abstract name, which begins with NUL, or none.
  const bool is_stream = static_cast<std::uint8_t>(payload[1]) == kStream;
  if (is_stream && !listener->path.empty()) listeners_.push_back(std::move(*listener));
}

}  // namespace taskgate::tmux
