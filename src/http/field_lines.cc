#include "http/field_lines.h"

#include "base/text.h"
#include "http/characters.h"

namespace taskgate::http {

namespace {

// A vector that grows line by line takes memory as often.
constexpr std::size_t kUsualLines = 16;

const char* fault_in_name(char byte) {
  if (byte == '\n') return "bare LF";
  if (byte == '\r') return "header line without a colon";
  if (is_white_space(byte)) return "white space in a field name";
  return "invalid byte in a field name";
}

const char* fault_in_value(char byte) {
  if (byte == '\n') return "bare LF";
  if (byte == '\0') return "NUL in a field value";
  return "control byte in a field value";
}

// The first byte of a line. A line that begins with white space is a folded one (RFC 9112
// section 5.2), or before the first field one that parsers skip or take in different ways
// (section 2.2).
const char* fault_at_begin(char byte) {
  if (is_white_space(byte)) return "folded header line";
  if (byte == ':') return "empty field name";
  return is(ByteClass::token, byte) ? nullptr : fault_in_name(byte);
}

}  // namespace

Progress FieldLines::parse(std::string_view bytes, std::size_t max_lines) {
  while (position_ < bytes.size() && state_ < State::done) {
    // Mostly a line is there whole, and its states come in this order: to ask for each costs less
    // than to jump to it, which a processor guesses wrong.
    if (state_ == State::line) begin_line(bytes[position_], max_lines);
    if (state_ == State::name) read_name(bytes);
    if (state_ == State::value) read_value(bytes);
    if (position_ == bytes.size()) break;
    if (state_ == State::line_feed) {
      read_line_feed(bytes[position_], State::line);
    } else if (state_ == State::last_line_feed) {
      read_line_feed(bytes[position_], State::done);
    }
  }
  if (state_ == State::done) return Progress::complete;
  return state_ == State::failed ? Progress::failed : Progress::need_more;
}

void FieldLines::begin_line(char byte, std::size_t max_lines) {
  if (byte == '\r') {
    ++position_;
    state_ = State::last_line_feed;
    return;
  }
  if (const char* fault = fault_at_begin(byte)) return fail(fault);
  if (lines_.size() == max_lines) return fail(kTooManyFields);
  if (lines_.empty()) lines_.reserve(kUsualLines);
  lines_.push_back({static_cast<std::uint32_t>(position_), 0});
  state_ = State::name;
}

void FieldLines::read_name(std::string_view bytes) {
  position_ = skip(ByteClass::token, bytes, position_);
  if (position_ == bytes.size()) return;
  if (bytes[position_] != ':') return fail(fault_in_name(bytes[position_]));
  lines_.back().colon = static_cast<std::uint32_t>(position_++);
  state_ = State::value;
}

void FieldLines::read_value(std::string_view bytes) {
  position_ = skip_value(bytes, position_);
  if (position_ == bytes.size()) return;
  if (bytes[position_] != '\r') return fail(fault_in_value(bytes[position_]));
  ++position_;
  state_ = State::line_feed;
}

void FieldLines::read_line_feed(char byte, State next) {
  if (byte != '\n') return fail("bare CR");
  ++position_;
  state_ = next;
}

void FieldLines::fail(const char* fault) {
  fault_ = fault;
  state_ = State::failed;
}

void FieldLines::bind(std::string_view bytes, std::vector<Field>& fields) const {
  constexpr std::size_t kLineEnd = 2;  // CRLF
  if (!fields.empty()) return follow(bytes, fields);
  fields.reserve(lines_.size());
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    const auto [begin, colon] = lines_[i];
    const std::size_t end = i + 1 < lines_.size() ? lines_[i + 1].begin : position_ - kLineEnd;
    const std::string_view name = bytes.substr(begin, colon - begin);
    fields.push_back({.name = name,
                      .value = trim(bytes.substr(colon + 1, end - kLineEnd - colon - 1)),
                      .size = static_cast<std::uint32_t>(end - begin),
                      .known = identify(name)});
  }
}

// What a name is, and where in its line the value stands, has not changed.
void FieldLines::follow(std::string_view bytes, std::vector<Field>& fields) const {
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    Field& field = fields[i];
    const auto distance = static_cast<std::size_t>(field.value.data() - field.name.data());
    field.name = bytes.substr(lines_[i].begin, field.name.size());
    field.value = {field.name.data() + distance, field.value.size()};
  }
}

void FieldLines::reset(std::size_t begin) {
  state_ = State::line;
  position_ = begin;
  lines_.clear();
  fault_ = nullptr;
}

}  // namespace taskgate::http
