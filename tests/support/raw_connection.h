// One TCP connection as bytes: what a test sends is what goes out, what comes in is kept as it
// came. Blocking calls with a deadline each, which throw Failure with what was received so far. One
// thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "support/deadline.h"
#include "support/fd.h"

namespace taskgate::test {

class RawConnection {
 public:
  // `patience` is how long each call waits for the other side. When the descriptor `cancel` becomes
  // readable, each wait ends with a Failure: that is how another thread ends a script that waits.
  explicit RawConnection(Fd socket, Duration patience = kPatience, int cancel = -1);

  // Blocks until all is written. Throws Failure when the peer has closed or reset.
  void send(std::string_view bytes);
  // The same, but false when the peer has closed or reset.
  bool try_send(std::string_view bytes);

  // Bytes up to and with `marker`, e.g. "\r\n\r\n". What comes behind stays for the next call.
  std::string read_until(std::string_view marker);
  std::string read_exact(std::size_t count);
  // A head with its empty line.
  std::string read_head() { return read_until("\r\n\r\n"); }
  // Whatever comes next, at least one byte.
  std::string read_some();
  // All up to the end of the stream. A reset is a Failure; use peer_closed() and was_reset() where
  // one is expected.
  std::string read_to_end();

  // Ends sending (FIN); receiving goes on.
  void half_close();
  // Ends the connection with RST, also when all was read (SO_LINGER 0).
  void reset();
  // Ends it as close() does: FIN, or RST when received bytes were left unread.
  void close();

  // Waits for more without taking it; false at the end of the stream, and when nothing comes in
  // time.
  bool has_more();
  // Waits until the peer ends the stream, by FIN or RST, and keeps what comes before; false when it
  // is still open after `timeout`.
  bool peer_closed(Duration timeout = kPatience);
  // Whether the stream ended with RST. Says so only after a call that met the end.
  bool was_reset() const { return end_ == End::reset; }

  // Received and not yet taken, as far as it is known without waiting.
  const std::string& pending();
  // Every byte received since the start, taken or not.
  const std::string& received() const { return received_; }
  std::uint16_t local_port() const;
  int descriptor() const { return socket_.get(); }

 private:
  enum class End { none, closed, reset };

  bool receive(const Deadline& deadline);
  bool wait_for(short events, const Deadline& deadline) const;
  [[noreturn]] void fail(const std::string& what) const;
  std::string take(std::size_t count);

  Fd socket_;
  Duration patience_;
  int cancel_;
  std::string buffer_;    // received, not yet taken
  std::string received_;  // received ever
  End end_ = End::none;
};

// A client: a RawConnection that connects to 127.0.0.1.
class RawClient : public RawConnection {
 public:
  // Throws Failure when the connection is refused or not made in time.
  explicit RawClient(std::uint16_t port, Duration patience = kPatience);
};

}  // namespace taskgate::test
