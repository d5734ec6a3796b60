#include "http/characters.h"
#include "http/head.h"
#include "http/target.h"

namespace taskgate::http {

namespace {

constexpr std::string_view kVersionForm = "HTTP/0.0";
constexpr char kTlsHandshake = 0x16;  // the first byte of every TLS connection

const char* fault_in_method(char byte, bool first) {
  if (first && byte == kTlsHandshake) return "TLS on a plain HTTP port";
  if (byte == '\n') return "bare LF";
  if (byte == '\r') return first ? "more than one empty line" : "request line of one word";
  if (first && is_white_space(byte)) return "white space before the request line";
  return "invalid byte in the method";
}

const char* fault_in_target(char byte, bool first) {
  if (byte == '\n') return "bare LF";
  if (byte == '\r') return "request line without a version";
  if (byte == '#') return "fragment in the target";
  if (byte == ' ' && first) return "more than one space in the request line";
  return "invalid byte in the target";
}

}  // namespace

Progress RequestParser::parse(std::string_view received) {
  const std::string_view bytes = received.substr(0, limits_.bytes);
  while (position_ < bytes.size() && state_ < State::complete) step(bytes);
  if (state_ == State::complete) {
    bind(received);
    return Progress::complete;
  }
  // As many bytes as a head may have, and it has not ended.
  if (state_ != State::failed && bytes.size() == limits_.bytes) overflow();
  return state_ == State::failed ? Progress::failed : Progress::need_more;
}

// Its states in their order, as in FieldLines::parse().
void RequestParser::step(std::string_view bytes) {
  if (state_ == State::empty_line_feed) read_empty_line_feed(bytes[position_]);
  if (state_ == State::start) start(bytes[position_]);
  if (state_ == State::method) read_method(bytes);
  if (state_ == State::target) read_target(bytes);
  if (state_ == State::version) read_version(bytes);
  if (position_ == bytes.size()) return;
  if (state_ == State::line_end) read_line_end(bytes[position_]);
  if (position_ == bytes.size()) return;
  if (state_ == State::line_feed) read_line_feed(bytes);
  if (state_ == State::fields) read_fields(bytes);
}

// One empty line is tolerated (RFC 9112 section 2.2).
void RequestParser::start(char byte) {
  if (byte != '\r') {
    state_ = State::method;
    return;
  }
  ++position_;
  state_ = State::empty_line_feed;
}

void RequestParser::read_empty_line_feed(char byte) {
  if (byte != '\n') return fail(400, "bare CR");
  line_begin_ = ++position_;
  state_ = State::method;
}

void RequestParser::read_method(std::string_view bytes) {
  position_ = skip(ByteClass::token, bytes, position_);
  if (position_ == bytes.size()) return;
  const bool first = position_ == line_begin_;
  if (first || bytes[position_] != ' ') return fail(400, fault_in_method(bytes[position_], first));
  method_end_ = position_++;
  state_ = State::target;
}

void RequestParser::read_target(std::string_view bytes) {
  position_ = skip(ByteClass::target, bytes, position_);
  if (position_ == bytes.size()) return;
  const bool first = position_ == method_end_ + 1;
  if (first || bytes[position_] != ' ') return fail(400, fault_in_target(bytes[position_], first));
  target_end_ = position_++;
  // The preface of HTTP/2 has a target that its method may not have: its version is the better
  // reason.
  const bool preface = method_of(bytes) == "PRI" && target_of(bytes) == "*";
  const char* const fault = preface ? nullptr : target_fault(method_of(bytes), target_of(bytes));
  if (fault != nullptr) return fail(400, fault);
  state_ = State::version;
}

void RequestParser::read_version(std::string_view bytes) {
  const std::size_t begin = target_end_ + 1;
  while (position_ < bytes.size() && position_ - begin < kVersionForm.size()) {
    if (bytes[position_] == ' ') return fail(400, "more than one space in the request line");
    if (!fits_form(kVersionForm, bytes, begin, position_))
      return fail(400, "malformed HTTP version");
    ++position_;
  }
  if (position_ - begin == kVersionForm.size()) state_ = State::line_end;
}

void RequestParser::read_line_end(char byte) {
  if (byte != '\r') return fail(400, byte == '\n' ? "bare LF" : "malformed HTTP version");
  ++position_;
  state_ = State::line_feed;
}

void RequestParser::read_line_feed(std::string_view bytes) {
  if (bytes[position_] != '\n') return fail(400, "bare CR");
  line_end_ = ++position_;
  fields_.reset(line_end_);
  state_ = State::fields;
  check_version(bytes);
}

// A higher minor version is not taken for 1.1, because the line is forwarded as it is.
void RequestParser::check_version(std::string_view bytes) {
  const std::string_view version = bytes.substr(target_end_ + 1, kVersionForm.size());
  if (version != "HTTP/1.1" && version != "HTTP/1.0")
    return fail(505, "HTTP version not supported");
  if (method_of(bytes) == "PRI" && target_of(bytes) == "*") {
    return fail(400, target_fault(method_of(bytes), target_of(bytes)));
  }
  head_.minor_version = version.back() - '0';
}

void RequestParser::read_fields(std::string_view bytes) {
  const Progress progress = fields_.parse(bytes, limits_.fields);
  position_ = fields_.end();
  if (progress == Progress::complete) state_ = State::complete;
  if (progress != Progress::failed) return;
  fail(fields_.fault() == kTooManyFields ? 431 : 400, fields_.fault());
}

// RFC 9112 section 3 for a method and a target that are too long, RFC 6585 section 5 for the
// fields.
void RequestParser::overflow() {
  if (state_ == State::method) return fail(501, "method too long");
  if (state_ < State::fields) return fail(414, "request target too long");
  fail(431, "request head too large");
}

void RequestParser::fail(int status, const char* reason) {
  refusal_ = {status, reason};
  state_ = State::failed;
}

void RequestParser::bind(std::string_view bytes) {
  head_.method = method_of(bytes);
  head_.target = target_of(bytes);
  head_.request_line = bytes.substr(line_begin_, line_end_ - line_begin_);
  head_.size = position_;
  fields_.bind(bytes, head_.fields);
  read_connection_options(head_.fields, head_.connection);
}

std::string_view RequestParser::method_of(std::string_view bytes) const {
  return bytes.substr(line_begin_, method_end_ - line_begin_);
}

std::string_view RequestParser::target_of(std::string_view bytes) const {
  return bytes.substr(method_end_ + 1, target_end_ - method_end_ - 1);
}

void RequestParser::reset() {
  head_.fields.clear();
  state_ = State::start;
  position_ = 0;
  line_begin_ = 0;
}

void RequestParser::release() {
  reset();
  std::vector<Field>().swap(head_.fields);
  head_.connection = {};
  fields_.release();
}

}  // namespace taskgate::http
