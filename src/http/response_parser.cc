#include <algorithm>

#include "http/characters.h"
#include "http/head.h"

namespace taskgate::http {

namespace {

// RFC 9112 section 4. The last space is asked for below, because many servers leave it out with the
// reason.
constexpr std::string_view kStatusForm = "HTTP/1.0 000";
constexpr std::size_t kMinorVersion = 7;
constexpr std::size_t kStatus = 9;

int status_of(std::string_view bytes) {
  const auto digit = [&bytes](std::size_t at) { return bytes[at] - '0'; };
  return digit(kStatus) * 100 + digit(kStatus + 1) * 10 + digit(kStatus + 2);
}

}  // namespace

Progress ResponseParser::parse(std::string_view received) {
  const std::string_view bytes = received.substr(0, limits_.bytes);
  while (position_ < bytes.size() && state_ < State::complete) step(bytes);
  if (state_ == State::complete) {
    bind(received);
    return Progress::complete;
  }
  if (state_ != State::failed && bytes.size() == limits_.bytes) fail("response head too large");
  return state_ == State::failed ? Progress::failed : Progress::need_more;
}

// Its states in their order, as in FieldLines::parse().
void ResponseParser::step(std::string_view bytes) {
  if (state_ == State::version) read_version_and_status(bytes);
  if (state_ == State::reason) read_reason(bytes);
  if (position_ == bytes.size()) return;
  if (state_ == State::line_feed) read_line_feed(bytes[position_]);
  if (state_ == State::fields) read_fields(bytes);
}

void ResponseParser::read_version_and_status(std::string_view bytes) {
  while (position_ < bytes.size() && position_ < kStatusForm.size()) {
    if (!fits_form(kStatusForm, bytes, 0, position_)) return fail(kMalformedStatusLine);
    ++position_;
  }
  if (position_ < bytes.size()) read_after_status(bytes);
}

void ResponseParser::read_after_status(std::string_view bytes) {
  head_.minor_version = bytes[kMinorVersion] - '0';
  head_.status = status_of(bytes);
  if (head_.status < 100 || head_.status > 599) return fail("status outside 100 to 599");
  if (bytes[position_] != ' ' && bytes[position_] != '\r') return fail(kMalformedStatusLine);
  state_ = State::reason;
}

void ResponseParser::read_reason(std::string_view bytes) {
  position_ = skip_value(bytes, position_);
  if (position_ == bytes.size()) return;
  const char byte = bytes[position_];
  if (byte != '\r') return fail(byte == '\n' ? "bare LF" : "control byte in the status line");
  ++position_;
  state_ = State::line_feed;
}

void ResponseParser::read_line_feed(char byte) {
  if (byte != '\n') return fail("bare CR");
  line_end_ = ++position_;
  fields_.reset(line_end_);
  state_ = State::fields;
}

void ResponseParser::read_fields(std::string_view bytes) {
  const Progress progress = fields_.parse(bytes, limits_.fields);
  position_ = fields_.end();
  if (progress == Progress::complete) state_ = State::complete;
  if (progress == Progress::failed) fail(fields_.fault());
}

void ResponseParser::fail(const char* fault) {
  fault_ = fault;
  state_ = State::failed;
}

void ResponseParser::bind(std::string_view bytes) {
  constexpr std::size_t kLineEnd = 2;  // CRLF
  head_.status_line = bytes.substr(0, line_end_);
  const std::size_t reason = std::min(kStatusForm.size() + 1, line_end_ - kLineEnd);
  head_.reason = bytes.substr(reason, line_end_ - kLineEnd - reason);
  head_.size = position_;
  fields_.bind(bytes, head_.fields);
  read_connection_options(head_.fields, head_.connection);
}

void ResponseParser::reset() {
  head_.fields.clear();
  state_ = State::version;
  position_ = 0;
}

}  // namespace taskgate::http
