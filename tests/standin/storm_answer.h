// An answer as it comes in, piece by piece: its status, and where it ends.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace taskgate::standin {

class AnswerReader {
 public:
  explicit AnswerReader(bool to_head) : to_head_(to_head) {}

  // Takes in what came; bytes behind the answer's end are a fault of the peer's.
  void feed(std::string_view bytes);
  // The peer ended the stream. True when that completes the answer.
  bool end_of_stream();

  bool complete() const { return state_ == State::complete; }
  bool malformed() const { return state_ == State::malformed; }
  bool begun() const { return state_ != State::head || !head_.empty(); }
  int status() const { return status_; }
  // Whether another request may follow on this connection.
  bool reusable() const { return complete() && reusable_; }

 private:
  enum class State {
    head,
    measured,
    chunk_size,
    chunk,
    chunk_end,
    trailers,
    until_close,
    complete,
    malformed
  };

  std::string_view take_head(std::string_view bytes);
  std::string_view take_measured(std::string_view bytes);
  std::string_view take_line(std::string_view bytes);
  void begin_body();
  void end_line();

  bool to_head_;
  State state_ = State::head;
  std::string head_;
  std::string line_;
  std::size_t left_ = 0;  // of the body or chunk
  int status_ = 0;
  bool reusable_ = true;
};

}  // namespace taskgate::standin
