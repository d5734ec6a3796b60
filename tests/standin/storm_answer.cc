#include "standin/storm_answer.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "support/number.h"

namespace taskgate::standin {
namespace {

// The value of a field of a lower-case head; "" without one.
std::string_view field_of(std::string_view head, std::string_view name) {
  const std::string start = "\r\n" + std::string(name) + ":";
  const auto at = head.find(start);
  if (at == std::string_view::npos) return {};
  const auto value = head.substr(at + start.size());
  return trim(value.substr(0, value.find("\r\n")));
}

}  // namespace

void AnswerReader::feed(std::string_view bytes) {
  while (!bytes.empty() && state_ != State::malformed) {
    switch (state_) {
      case State::head:
        bytes = take_head(bytes);
        break;
      case State::measured:
      case State::chunk:
        bytes = take_measured(bytes);
        break;
      case State::chunk_size:
      case State::chunk_end:
      case State::trailers:
        bytes = take_line(bytes);
        break;
      case State::until_close:
        return;
      case State::complete:
      case State::malformed:
        state_ = State::malformed;
        break;
    }
  }
}

bool AnswerReader::end_of_stream() {
  if (state_ == State::until_close) state_ = State::complete;
  reusable_ = false;
  return complete();
}

std::string_view AnswerReader::take_head(std::string_view bytes) {
  const std::size_t before = head_.size();
  head_ += bytes;
  const auto end = head_.find("\r\n\r\n", before < 3 ? 0 : before - 3);
  if (end == std::string::npos) return {};
  bytes.remove_prefix(end + 4 - before);
  head_.resize(end + 2);
  std::transform(head_.begin(), head_.end(), head_.begin(), to_lower);
  begin_body();
  return bytes;
}

void AnswerReader::begin_body() {
  const bool valid = head_.starts_with("http/1.") && head_.size() >= 12;
  const auto* digits = head_.data() + 9;
  if (!valid || std::from_chars(digits, digits + 3, status_).ec != std::errc()) {
    state_ = State::malformed;
    return;
  }
  const std::string_view connection = field_of(head_, "connection");
  reusable_ = head_.starts_with("http/1.1") ? connection != "close" : connection == "keep-alive";
  if (status_ < 200 && status_ != 101) {  // an interim answer: the final one follows
    head_.clear();
    return;
  }
  const auto length = test::to_number(field_of(head_, "content-length"));
  if (to_head_ || status_ == 101 || status_ == 204 || status_ == 304) {
    state_ = State::complete;
  } else if (field_of(head_, "transfer-encoding") == "chunked") {
    state_ = State::chunk_size;
  } else if (length) {
    left_ = *length;
    state_ = left_ == 0 ? State::complete : State::measured;
  } else {
    state_ = State::until_close;
  }
}

std::string_view AnswerReader::take_measured(std::string_view bytes) {
  const auto count = std::min(left_, bytes.size());
  left_ -= count;
  bytes.remove_prefix(count);
  if (left_ == 0) state_ = state_ == State::measured ? State::complete : State::chunk_end;
  return bytes;
}

std::string_view AnswerReader::take_line(std::string_view bytes) {
  const auto end = bytes.find('\n');
  line_ += bytes.substr(0, end);
  if (end == std::string_view::npos) return {};
  bytes.remove_prefix(end + 1);
  if (line_.ends_with('\r')) line_.pop_back();
  end_line();
  line_.clear();
  return bytes;
}

void AnswerReader::end_line() {
  if (state_ == State::chunk_end) {
    state_ = line_.empty() ? State::chunk_size : State::malformed;
  } else if (state_ == State::trailers) {
    if (line_.empty()) state_ = State::complete;
  } else {
    const auto end = line_.data() + line_.size();
    const bool valid = std::from_chars(line_.data(), end, left_, 16).ec == std::errc();
    state_ = !valid ? State::malformed : left_ == 0 ? State::trailers : State::chunk;
  }
}

}  // namespace taskgate::standin
