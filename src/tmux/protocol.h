// The few bytes of tmux's private protocol that a listing needs. Pure.
//
// tmux runs as one process that holds all the user's sessions, and many of its versions exit on a
// message that is not formed as they expect. So there are exactly two requests: constants, made at
// compile time and held against recorded bytes by a test. No configuration, no environment and no
// answer of a server changes a byte of them, and there is no third form. The short one decides; the
// long one is for people who look, and costs the server about twice as much.
//
// Frames are OpenBSD's imsg: a header of 16 bytes (type, length, peerid, pid), then the payload,
// all in the host's byte order.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "tmux/listing.h"

namespace taskgate::tmux {

// Up to tmux 3.5a the length has 16 bits and 16 flag bits follow; from 3.6 on it has 32 bits.
// Without descriptors both are the same bytes on little endian only.
static_assert(std::endian::native == std::endian::little,
              "big endian hosts have two frame layouts");

inline constexpr std::size_t kHeaderSize = 16;
inline constexpr std::size_t kMaxFrame = 16384;  // MAX_IMSGSIZE, header included
inline constexpr std::uint32_t kProtocolVersion = 8;

enum class Message : std::uint32_t {
  version = 12,
  identify_flags = 100,
  identify_term = 101,
  identify_ttyname = 102,
  identify_done = 106,
  identify_clientpid = 107,
  identify_cwd = 108,
  command = 200,
  exit = 203,
  shutdown = 210,
  old_stderr = 211,  // 211 and 213: text as servers up to 3.0a send it
  old_stdout = 213,
  write_open = 303,  // 303 and 304: text as servers from 3.1 on send it
  write = 304,
  write_ready = 305,
};

enum class Stream : std::uint32_t { standard_output = 1, standard_error = 2 };

struct FrameHeader {
  Message type{};          // any number: unknown types are to be ignored
  std::size_t length = 0;  // of the whole frame
  std::uint32_t version = 0;
};

// Nothing if the length is impossible: such a stream cannot be followed any further.
std::optional<FrameHeader> parse_header(std::span<const char, kHeaderSize> bytes);

std::uint32_t read_u32(const char* bytes);
std::int64_t read_i64(const char* bytes);

namespace detail {

// Puts frames one behind the other into an array whose size must come out exact.
template <std::size_t Size>
class FrameWriter {
 public:
  constexpr void frame(Message type, std::string_view payload) {
    put_u32(static_cast<std::uint32_t>(type));
    put_u32(static_cast<std::uint32_t>(kHeaderSize + payload.size()));
    put_u32(kProtocolVersion);
    put_u32(0xffffffff);  // pid: tmux passes -1 always
    for (const char byte : payload) bytes_.at(used_++) = byte;
  }

  constexpr const std::array<char, Size>& whole() const {
    return used_ == Size ? bytes_ : throw "the frames do not fill the array";
  }

 private:
  constexpr void put_u32(std::uint32_t value) {
    for (int shift = 0; shift < 32; shift += 8) {
      bytes_.at(used_++) = static_cast<char>(static_cast<std::uint8_t>(value >> shift));
    }
  }

  std::array<char, Size> bytes_{};
  std::size_t used_ = 0;
};

// `command`: what follows the count of its three arguments.
template <std::size_t Size>
constexpr std::array<char, Size> make_request(std::string_view command) {
  using namespace std::string_view_literals;
  FrameWriter<Size> writer;
  // CLIENT_UTF8 (0x10000), without which the server writes `_` for what is not ASCII. No other
  // flag: the server takes them over into its own state, and some make it use descriptors that were
  // not sent.
  writer.frame(Message::identify_flags, "\0\0\1\0"sv);
  writer.frame(Message::identify_term, "\0"sv);
  writer.frame(Message::identify_ttyname, "\0"sv);  // its absence makes servers from 2.6 on crash
  writer.frame(Message::identify_cwd, "/\0"sv);
  writer.frame(Message::identify_clientpid, "\1\0\0\0"sv);
  writer.frame(Message::identify_done, ""sv);
  writer.frame(Message::command, command);
  return writer.whole();
}

// In both the name comes last: up to 3.1c it may hold any byte but NUL.
constexpr std::array<char, 201> make_short_request() {
  using namespace std::string_view_literals;
  return make_request<201>(
      "\3\0\0\0list-sessions\0-F\0"
      "#{pid} #{session_id} #{session_created} #{session_name}\0"sv);
}

// A session's activity moves with keys, that of a window with output: it takes both, and all
// windows, to tell since when nothing happened. No comma may stand inside W or P, as it would take
// the current window out. Servers up to 2.8 know no W and write nothing for it.
constexpr std::array<char, 360> make_long_request() {
  using namespace std::string_view_literals;
  return make_request<360>(
      "\3\0\0\0list-sessions\0-F\0"
      "#{pid} #{session_id} #{session_created} #{session_activity} #{session_attached} "
      "#{session_windows} #{window_id}:#{window_activity}:#{pane_dead} "
      "#{W:#{window_id}:#{window_activity}:#{P:#{pane_dead}}} #{session_name}\0"sv);
}

constexpr std::array<char, 24> make_write_ready(Stream stream) {
  // Exactly 8 bytes of payload: the stream, and the error 0. Any other size ends servers up
  // to 3.6b.
  const std::array<char, 8> payload{static_cast<char>(stream)};
  FrameWriter<24> writer;
  writer.frame(Message::write_ready, std::string_view(payload.data(), payload.size()));
  return writer.whole();
}

}  // namespace detail

// The whole requests, each to be sent by one send().
inline constexpr std::array<char, 201> kShortRequest = detail::make_short_request();
inline constexpr std::array<char, 360> kLongRequest = detail::make_long_request();

constexpr std::span<const char> request_for(Question question) {
  if (question == Question::details) return kLongRequest;
  return kShortRequest;
}

// The answers to WRITE_OPEN; servers from 3.1 on hold a single line back until they have one.
inline constexpr std::array<char, 24> kOutputReady =
    detail::make_write_ready(Stream::standard_output);
inline constexpr std::array<char, 24> kErrorReady =
    detail::make_write_ready(Stream::standard_error);

}  // namespace taskgate::tmux
