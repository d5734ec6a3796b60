// The field lines of a head, up to and with the empty line that ends it (RFC 9112 section 5). What
// requests and answers share. Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "http/known_fields.h"

namespace taskgate::http {

// One field line. The views point into the buffer that was parsed.
struct Field {
  std::string_view name;   // as received; compare with equals_ignoring_case()
  std::string_view value;  // without the optional white space around it
  std::uint32_t size;      // of the whole line, in bytes
  KnownField known;        // what the name is, looked up once

  // The whole line, its CRLF included: what is forwarded.
  std::string_view line() const { return {name.data(), size}; }
};

enum class Progress : std::uint8_t { need_more, complete, failed };

inline constexpr char kTooManyFields[] = "too many header fields";

// Works on offsets, because the buffer may move while it grows; bind() makes the views at the end.
class FieldLines {
 public:
  // Goes on where the last call stopped; the first call after reset() begins at `begin`.
  Progress parse(std::string_view bytes, std::size_t max_lines);

  // After `complete`: makes `fields` views into `bytes`. They are empty, or what an earlier call
  // has made of the same head.
  void bind(std::string_view bytes, std::vector<Field>& fields) const;
  // After `complete`: where the head ends, its last CRLF included.
  std::size_t end() const { return position_; }
  // What it has taken for the lines so far.
  std::size_t bytes() const { return lines_.capacity() * sizeof(Span); }
  // After `failed`: static text.
  const char* fault() const { return fault_; }

  void reset(std::size_t begin);
  // Gives its memory back; reset() comes before the next use.
  void release() { std::vector<Span>().swap(lines_); }

 private:
  enum class State : std::uint8_t { line, name, value, line_feed, last_line_feed, done, failed };
  struct Span {
    std::uint32_t begin;
    std::uint32_t colon;
  };

  void follow(std::string_view bytes, std::vector<Field>& fields) const;
  void begin_line(char byte, std::size_t max_lines);
  void read_name(std::string_view bytes);
  void read_value(std::string_view bytes);
  void read_line_feed(char byte, State next);
  void fail(const char* fault);

  State state_ = State::line;
  std::size_t position_ = 0;
  std::vector<Span> lines_;
  const char* fault_ = nullptr;
};

}  // namespace taskgate::http
