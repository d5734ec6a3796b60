// The chunked coding (RFC 9112 section 7.1), walked over without being changed. Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "http/chunk_extensions.h"

namespace taskgate::http {

// Walks over the bytes of one chunked body, however they are split.
//
// Refused though parsers exist that take them: bare LF or CR anywhere, white space around a size, a
// size of more than 16 digits, extensions and trailers that break their grammar, more than 8 KiB of
// extensions on a line, more than 16 KiB of trailers, framing and other hop fields in trailers.
class ChunkScanner {
 public:
  // `hop_fields` are the names that the head's Connection lists. They end at this hop (RFC 9110
  // section 7.6.1), and trailers are passed as they are: so a trailer with such a name is refused.
  explicit ChunkScanner(std::vector<std::string> hop_fields = {});

  // Takes the next bytes; gives how many of them belong to the body. All of them, unless the body
  // ends (complete()) or is malformed (failed()) within. Appends the payload to `payload` if given.
  std::size_t feed(std::string_view bytes, std::string* payload = nullptr);

  bool complete() const { return state_ == State::complete; }
  bool failed() const { return state_ == State::failed; }
  const char* fault() const { return fault_; }  // static text, after failed()

 private:
  enum class State : std::uint8_t {
    size,
    extensions,
    size_line_feed,
    data,
    data_end,
    data_line_feed,
    trailer,
    trailer_name,
    trailer_value,
    trailer_line_feed,
    last_line_feed,
    complete,
    failed
  };

  bool is_bounded() const;
  std::size_t step_within_bound(std::string_view bytes);
  // Each gives how many bytes it took; none if it failed or only went to another state.
  std::size_t step(std::string_view bytes, std::string* payload);
  std::size_t read_size(std::string_view bytes);
  std::size_t read_extensions(std::string_view bytes);
  std::size_t read_data(std::string_view bytes, std::string* payload);
  std::size_t read_trailer_begin(char byte);
  std::size_t read_trailer_name(std::string_view bytes);
  bool is_for_hop() const;
  std::size_t read_trailer_value(std::string_view bytes);
  std::size_t expect(char byte, char expected, State next, const char* fault);
  std::size_t fail(const char* fault);

  State state_ = State::size;
  unsigned digits_ = 0;          // of the size being read
  std::uint64_t remaining_ = 0;  // of the chunk's data; while the size is read, its value so far
  std::size_t spent_ = 0;        // of the bound on this line's extensions or on the trailers
  ChunkExtensions extensions_;
  std::vector<std::string> hop_fields_;
  std::size_t longest_;  // of the names that no trailer may have
  std::string name_;     // of the trailer being read; of one that is longer the begin
  const char* fault_ = nullptr;
};

}  // namespace taskgate::http
