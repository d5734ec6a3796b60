// Reads that leave out the one that would find nothing.
//
// Asio tries each read at once, and waits where there is nothing: behind each message one system
// call that only says so. A read that got less than it had room for has emptied the socket, and the
// edge-triggered set tells of the next byte (epoll(7), "Questions and answers", 9), so that
// the next read may begin by waiting. Unlike bytes, an end or a reset that came with the last ones
// was told with them and is not told again. Nor is what came behind an urgent byte (MSG_OOB): a
// read stops there, and the next one leaves that byte out. Whoever reads so has to hear of both
// elsewhere (hangup_watch.h), or to look before it waits, and where that look found something,
// which may not be all, to mark that the next read is worth a try (reactor_marks.h). Asio has the
// means, since it does the same behind a short write, but lets nobody say so: only a read of no
// byte exhausts a socket, neither a completion condition nor an executor is asked, and waiting
// first costs a call of its own, epoll_ctl(2). So this says it in the place of Asio's own class, as
// of Boost 1.81; until_short_test.cc tells where another version no longer takes it.
//
// Nor does Asio let anybody say where to only once something has come, which this does, too:
// whoever waits holds no room meanwhile.
#pragma once

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/detail/reactive_socket_recv_op.hpp>
#include <boost/asio/error.hpp>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "base/error.h"
#include "net/calls.h"

namespace taskgate::net {

// One try to read what has come. `room.open()` tells where to, a place of no byte where there is no
// memory for it, and `room.tried(bool)` hears whether the read has ended; neither throws.
enum class Tried : std::uint8_t { in_vain, was_short, filled };

template <typename Room>
Tried try_to_read(int socket, Room& room, int flags, ErrorCode& error, std::size_t& bytes) {
  const boost::asio::mutable_buffer place = room.open();
  if (place.size() == 0) {
    room.tried(true);
    error = boost::asio::error::no_memory;
    return Tried::filled;
  }
  const ssize_t came = receive(socket, place.data(), place.size(), flags | MSG_DONTWAIT);
  const bool has_ended = came >= 0 || errno != EAGAIN;
  room.tried(has_ended);
  if (!has_ended) return Tried::in_vain;
  if (came < 0) error = last_error();
  if (came == 0) error = boost::asio::error::eof;
  if (came > 0) bytes = static_cast<std::size_t>(came);
  return bytes < place.size() ? Tried::was_short : Tried::filled;
}

// Where to read into: `Room`, as above, which lives for as long as the read may end. Behind a read
// that was short no read on that socket is tried at once, until epoll has told of it again.
template <typename Room>
class UntilShort {
 public:
  using value_type = boost::asio::mutable_buffer;
  using const_iterator = const value_type*;

  explicit UntilShort(Room& room) : room_(room) {}

  Room& room() const { return room_; }
  // Asio only looks whether there is room at all.
  const_iterator begin() const { return &kSome; }
  const_iterator end() const { return begin() + 1; }

  // For the first read on a socket, where it was opened in the same turn of the loop: whatever has
  // come, epoll is still to tell of it, and the try that Asio begins with is left out.
  void wait_first() { waits_first_ = true; }
  bool leaves_out() { return std::exchange(waits_first_, false); }

 private:
  static inline const value_type kSome{nullptr, 1};

  Room& room_;
  bool waits_first_ = false;
};

}  // namespace taskgate::net

namespace boost::asio::detail {

template <typename Room>
class reactive_socket_recv_op_base<taskgate::net::UntilShort<Room>> : public reactor_op {
 public:
  reactive_socket_recv_op_base(const boost::system::error_code& success, socket_type socket,
                               socket_ops::state_type /*stream*/,
                               const taskgate::net::UntilShort<Room>& room,
                               socket_base::message_flags flags, func_type on_complete)
      : reactor_op(success, &do_perform, on_complete),
        socket_(socket),
        room_(room),
        flags_(flags) {}

  static status do_perform(reactor_op* base) {
    auto* const op = static_cast<reactive_socket_recv_op_base*>(base);
    if (op->room_.leaves_out()) return not_done;
    switch (taskgate::net::try_to_read(op->socket_, op->room_.room(), op->flags_, op->ec_,
                                       op->bytes_transferred_)) {
      case taskgate::net::Tried::in_vain:
        return not_done;
      case taskgate::net::Tried::was_short:
        return done_and_exhausted;
      case taskgate::net::Tried::filled:
        break;
    }
    return done;
  }

 private:
  socket_type socket_;
  taskgate::net::UntilShort<Room> room_;
  socket_base::message_flags flags_;
};

}  // namespace boost::asio::detail
