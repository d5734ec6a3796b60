#include "http/chunk_scanner.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "http/characters.h"
#include "http/head.h"
#include "http/known_fields.h"

namespace taskgate::http {

namespace {

constexpr unsigned kMostSizeDigits = 16;
constexpr std::size_t kMostExtensionBytes = 8 * 1024;
constexpr std::size_t kMostTrailerBytes = 16 * 1024;

const char* fault_of(char byte, const char* otherwise) {
  return byte == '\n' ? "bare LF in a chunked body" : otherwise;
}

}  // namespace

ChunkScanner::ChunkScanner(std::vector<std::string> hop_fields)
    : hop_fields_(std::move(hop_fields)), longest_(kLongestKnownField) {
  for (const std::string& field : hop_fields_) longest_ = std::max(longest_, field.size());
}

std::size_t ChunkScanner::feed(std::string_view bytes, std::string* payload) {
  std::size_t taken = 0;
  while (taken < bytes.size() && state_ < State::complete) {
    const std::string_view next = bytes.substr(taken);
    taken += is_bounded() ? step_within_bound(next) : step(next, payload);
  }
  return taken;
}

bool ChunkScanner::is_bounded() const {
  return state_ == State::extensions ||
         (state_ >= State::trailer && state_ <= State::last_line_feed);
}

// The byte behind the bound is the one that fails, however the bytes were split.
std::size_t ChunkScanner::step_within_bound(std::string_view bytes) {
  const bool extension = state_ == State::extensions;
  const std::size_t bound = extension ? kMostExtensionBytes : kMostTrailerBytes;
  if (spent_ == bound) return fail(extension ? "chunk extensions too long" : "trailers too large");
  const std::size_t taken = step(bytes.substr(0, bound - spent_), nullptr);
  spent_ += taken;
  return taken;
}

std::size_t ChunkScanner::step(std::string_view bytes, std::string* payload) {
  const char byte = bytes.front();
  switch (state_) {
    case State::size:
      return read_size(bytes);
    case State::extensions:
      return read_extensions(bytes);
    case State::size_line_feed:
      spent_ = 0;
      return expect(byte, '\n', remaining_ > 0 ? State::data : State::trailer,
                    "bare CR in a chunked body");
    case State::data:
      return read_data(bytes, payload);
    case State::data_end:
      return expect(byte, '\r', State::data_line_feed, "chunk longer than its size");
    case State::data_line_feed:
      digits_ = 0;
      return expect(byte, '\n', State::size, "bare CR in a chunked body");
    case State::trailer:
      return read_trailer_begin(byte);
    case State::trailer_name:
      return read_trailer_name(bytes);
    case State::trailer_value:
      return read_trailer_value(bytes);
    case State::trailer_line_feed:
      return expect(byte, '\n', State::trailer, "bare CR in a chunked body");
    case State::last_line_feed:
      return expect(byte, '\n', State::complete, "bare CR in a chunked body");
    case State::complete:
    case State::failed:
      break;
  }
  return 0;
}

// remaining_ is 0 here whenever digits_ is.
std::size_t ChunkScanner::read_size(std::string_view bytes) {
  std::size_t at = 0;
  for (; at < bytes.size() && is(ByteClass::hex, bytes[at]); ++at) {
    if (++digits_ > kMostSizeDigits) return at + fail("chunk size too large");
    remaining_ = remaining_ << 4 | static_cast<unsigned>(hex_value(bytes[at]));
  }
  if (at == bytes.size()) return at;
  if (digits_ == 0) return fail(fault_of(bytes[at], "malformed chunk size"));
  if (bytes[at] == '\r') {
    state_ = State::size_line_feed;
  } else if (bytes[at] == ';') {
    extensions_ = {};
    state_ = State::extensions;
  } else {
    return at + fail(fault_of(bytes[at], "malformed chunk size"));
  }
  return at + 1;
}

std::size_t ChunkScanner::read_extensions(std::string_view bytes) {
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    if (bytes[at] == '\r' && extensions_.may_end()) {
      state_ = State::size_line_feed;
      return at + 1;
    }
    if (!extensions_.take(bytes[at])) {
      return at + fail(fault_of(bytes[at], "malformed chunk extension"));
    }
  }
  return bytes.size();
}

std::size_t ChunkScanner::read_data(std::string_view bytes, std::string* payload) {
  const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, bytes.size()));
  if (payload != nullptr) payload->append(bytes.substr(0, taken));
  remaining_ -= taken;
  if (remaining_ == 0) state_ = State::data_end;
  return taken;
}

// Trailers are field lines (RFC 9112 section 7.1.2).
std::size_t ChunkScanner::read_trailer_begin(char byte) {
  if (byte == '\r') {
    state_ = State::last_line_feed;
    return 1;
  }
  if (is_white_space(byte)) return fail("folded trailer line");
  if (!is(ByteClass::token, byte)) return fail(fault_of(byte, "malformed trailer line"));
  name_.clear();
  state_ = State::trailer_name;
  return 0;
}

// What means something to a hop is too late in a trailer, and a way to smuggle it past those that
// read only the head (RFC 9110 section 6.5.1).
std::size_t ChunkScanner::read_trailer_name(std::string_view bytes) {
  const std::size_t end = skip(ByteClass::token, bytes, 0);
  name_.append(bytes.substr(0, std::min(end, longest_ + 1 - name_.size())));
  if (end == bytes.size()) return end;
  if (is_for_hop()) return end + fail("field not allowed in a trailer");
  return end + expect(bytes[end], ':', State::trailer_value, "malformed trailer line");
}

bool ChunkScanner::is_for_hop() const {
  return identify(name_) != KnownField::other ||
         std::ranges::binary_search(hop_fields_, name_, comes_before_ignoring_case);
}

std::size_t ChunkScanner::read_trailer_value(std::string_view bytes) {
  const std::size_t end = skip_value(bytes, 0);
  if (end == bytes.size()) return end;
  return end + expect(bytes[end], '\r', State::trailer_line_feed, "control byte in a trailer");
}

std::size_t ChunkScanner::expect(char byte, char expected, State next, const char* fault) {
  if (byte != expected) return fail(fault_of(byte, fault));
  state_ = next;
  return 1;
}

std::size_t ChunkScanner::fail(const char* fault) {
  fault_ = fault;
  state_ = State::failed;
  return 0;
}

}  // namespace taskgate::http
