// One accepted connection as Python's StreamRequestHandler has it: a buffered reader of 8192 bytes
// and an unbuffered writer, both blocking, neither with a time limit. Nagle's algorithm stays on,
// as upstream.
#pragma once

#include <exception>
#include <string>
#include <string_view>

#include "support/fd.h"

namespace taskgate::standin {

// The peer reset the connection, or closed it while it was written to.
struct Disconnected : std::exception {
  const char* what() const noexcept override { return "disconnected"; }
};

class Stream {
 public:
  explicit Stream(test::Fd socket) : socket_(std::move(socket)) {}
  // shutdown() for writing, then close(): with unread bytes left that is a reset, as upstream.
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // One line with its LF, `limit` bytes at most; what there is at the end of the stream, at last
  // "".
  std::string read_line(std::size_t limit);
  // `count` bytes, fewer at the end of the stream.
  std::string read(std::size_t count);
  std::string read_to_end();
  // What was read ahead: the beginning of a tunnel, or of the next request.
  std::string take_buffered();

  void write(std::string_view bytes);

  int descriptor() const { return socket_.get(); }

 private:
  bool fill();

  test::Fd socket_;
  std::string buffer_;
  std::size_t taken_ = 0;  // of the buffer
};

// Writes all of it to any socket; throws Disconnected.
void write_all(int socket, std::string_view bytes);
// At most `limit` bytes; "" at the end of the stream; throws Disconnected.
std::string receive_some(int socket, std::size_t limit);

}  // namespace taskgate::standin
