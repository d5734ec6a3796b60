// Who is at the other end of a TCP connection, the client or the upstream, with the connection's
// receive buffer and its time limit. Whether peers are still there is net/vanished_peers.h. Loop
// thread only.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <tuple>

#include "base/task.h"
#include "net/deadline.h"
#include "net/pipe.h"
#include "proxy/held_bytes.h"
#include "proxy/idle_limit.h"
#include "proxy/parts.h"
#include "proxy/receive_buffer.h"

namespace taskgate::proxy {

// Why a read or write failed.
enum class PeerFault : std::uint8_t { none, eof, broken, vanished, timeout, interrupted };

class Peer {
 public:
  // As ReceiveBuffer().
  Peer(TcpSocket socket, net::Deadlines& deadlines, HeldBytes::Holder& holder,
       SpareBlocks& first_buffers);
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  TcpSocket& socket() { return socket_; }
  // Goes on with another connection, as if it had had no other; an interruption stays.
  void replace(TcpSocket socket);
  // The limit on what is under way; whoever sets it clears it.
  net::Deadline& deadline() { return deadline_; }
  // A limit on the silence of both ends of an exchange; null: none any more.
  void set_idle_limit(IdleLimit* limit) { idle_limit_ = limit; }
  bool has_timed_out() const {
    return deadline_.expired() || (idle_limit_ != nullptr && idle_limit_->is_over());
  }
  HeldBytes::Holder& holder() { return buffer_.holder(); }

  // What was received and not yet consumed. Views stay valid until the next read or
  // release_buffer(), also those of what was consumed meanwhile.
  std::string_view received() const { return buffer_.received(); }
  void consume(std::size_t bytes) { buffer_.consume(bytes); }
  // The buffer is larger than the first one.
  bool has_grown() const { return buffer_.has_grown(); }
  // Gives the buffer's memory back while nothing is in it.
  void release_buffer() { buffer_.release(); }
  // Gives back what the buffer has grown by, where a read waits and nothing is in it.
  void shrink_buffer() { buffer_.shrink(); }
  // Drops what was received, and gives the buffer's memory back.
  void drop_received();
  // drop_received(), and takes a byte that the socket still has, since nothing will be read any
  // more but to be dropped; whether there was anything.
  bool drop_unread();
  // Waits until there is room for what the client needs, which is no operation on the socket but
  // ends like one; false says fault().
  Task<bool> claim(HeldBytes::Claim claim);

  // One read of what is there, behind what is received already; false says fault(), and where there
  // is no memory it throws std::bad_alloc. While it waits and nothing is received no buffer is
  // held. `end_is_told`: should the peer have ended already, look_again() will be called, or what
  // is under way cancelled; then what is left in the socket need not be looked for in vain first.
  Task<bool> read_more(bool end_is_told = false);
  // The same in halves, without a coroutine of its own, where nothing is to be done but to wait:
  // for an async_read_some() on socket() into what the first gives, whose result the second takes.
  // Else there is no first half, and the whole read does what is to be done before.
  std::optional<ReceiveBuffer::Awaited> begin_read(bool end_is_told = false);
  bool end_read(std::tuple<ErrorCode, std::size_t> result);
  // Bytes wait in the socket: the next read takes them at once. Through the loop they would come a
  // turn later, and a create behind the listing that those who came with it have begun.
  void bytes_wait() { state_.bytes_wait = true; }
  // Wakes a read that waits though the peer has ended.
  void look_again();

  // Reads what is there already of a body of `length` bytes, so that a short one goes on in one
  // write. Of a long one it reads nothing.
  void read_short(std::uint64_t length);

  // Sends with one system call what the socket takes at once, and takes that off what it is
  // given. Most writes need no more: no coroutine, no limit and no clock. `failed` says fault().
  using Parts = proxy::Parts;
  enum class Sent : std::uint8_t { all, part, failed };
  Sent send_now(Parts& parts);
  Sent send_now(std::string_view& bytes);
  Sent send_now(net::Pipe& pipe);
  // As send_now(), where a close follows in the same turn of the loop: the bytes wait for it in the
  // kernel, and go out with the connection's end in one segment (MSG_MORE).
  Sent send_last(Parts& parts);

  // Writes all of it in as few system calls as the socket takes. With `within`, what the peer does
  // not take at once has to be taken in that time.
  Task<bool> write(Parts parts, Duration within = Duration::zero());
  Task<bool> write(std::string_view bytes, Duration within = Duration::zero()) {
    return write(Parts{bytes}, within);
  }

  // Reads and writes between a socket and a pipe, while nothing is in the buffer. read_into() takes
  // at most `most` bytes, into an empty pipe; write() empties it.
  Task<bool> read_into(net::Pipe& pipe, std::uint64_t most);
  Task<bool> write(net::Pipe& pipe);
  // What read_into() does without waiting; nothing where it would have to, as wait_to_read() does.
  std::optional<bool> read_now(net::Pipe& pipe, std::uint64_t most);
  Task<bool> wait_to_read();

  // Of what failed last; once the connection has broken, that.
  PeerFault fault() const { return state_.fault; }
  // Whether the end of the peer's sending was read.
  bool has_ended() const { return state_.has_ended; }
  // Whether the peer is found to answer nothing any more (net/vanished_peers.h), also where no
  // operation was under way that could have told.
  bool has_vanished();
  // Remembers why an operation on socket() failed.
  void note(ErrorCode error);
  std::uint64_t written() const { return state_.written; }

  // Makes what is under way, and all that would come, fail with `interrupted`.
  void interrupt();
  bool interrupted() const { return interrupted_; }
  // Makes the read that is under way fail, and no other; the connection stays usable.
  void cancel_read();

  // Lets small writes go out before what was written earlier is acknowledged (TCP_NODELAY). A
  // single write needs it not.
  void send_at_once();

  // Ends the sending side; what the peer still sends is received.
  void half_close();
  // Drops the connection with a reset: the peer cannot take what it has got for the whole.
  void reset();
  void close();

  // Lingers before a close (net/linger.h), for `limit` at most.
  Task<> linger(Duration limit);

 private:
  Sent send(Parts& parts, int flags);
  bool has_to_look(bool end_is_told) const {
    return state_.bytes_wait || (state_.last_read_was_short && !end_is_told);
  }
  bool end_read(ErrorCode error, std::size_t bytes, bool waited);
  void moved() {
    if (idle_limit_ != nullptr) idle_limit_->moved();
  }
  // Asked before each operation; says fault() then.
  bool stopped() {
    if (!interrupted_ && !has_timed_out()) return state_.fault == PeerFault::vanished;
    note_stop();
    return true;
  }
  void note_stop();
  void note_sent(std::ptrdiff_t bytes);
  Sent part_or_failed(ErrorCode error);
  Task<bool> wait_or_note(ErrorCode error, TcpSocket::wait_type ready);

  TcpSocket socket_;
  net::Deadline deadline_;
  IdleLimit* idle_limit_ = nullptr;
  ReceiveBuffer buffer_;
  Timer* paused_ = nullptr;  // while it waits for room
  std::uint8_t pieces_ = 0;  // read into pipes; it only tells every sixteenth
  bool interrupted_ = false;
  // Of the connection that it has, and of no other before.
  struct State {
    bool last_read_was_short = false;
    bool bytes_wait = false;
    PeerFault fault = PeerFault::none;
    bool has_ended = false;
    bool waits_for_end = false;  // what send_last() has sent
    std::uint64_t written = 0;
  };
  State state_;
};

}  // namespace taskgate::proxy
