// Reads that leave out the one that would find nothing.
//
// Asio tries each read at once, and waits where there is nothing: behind each message one system
// call that only says so. A read that got less than it had room for has emptied the socket, and the
// edge-triggered set tells of the next byte (epoll(7), "Questions and answers", 9), so that
// the next read may begin by waiting. Unlike bytes, an end or a reset that came with the last ones
// was told with them and is not told again. Nor is what came behind an urgent byte (MSG_OOB): a
// read stops there, and the next one leaves that byte out. Whoever reads so has to hear of both
// elsewhere (hangup_watch.h), or to look before it waits. Asio has the means, since it does the
// same behind a short write, but lets nobody say so: only a read of no byte exhausts a socket,
// neither a completion condition nor an executor is asked, and waiting first costs a call of its
// own, epoll_ctl(2). So this says it in the place of Asio's own class, as of Boost 1.81;
// until_short_test.cc tells where another version no longer takes it.
//
// Nor does it let anybody put what a read waits to read into elsewhere, which this does, too.
#pragma once

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/detail/reactive_socket_recv_op.hpp>
#include <boost/asio/error.hpp>
#include <cerrno>
#include <utility>

#include "base/error.h"
#include "net/calls.h"

namespace taskgate::net {

// Room that a read brings bytes to. It may be put elsewhere while the read waits and has brought
// nothing.
struct AwaitedRoom {
  boost::asio::mutable_buffer place;
  bool is_awaited = true;
};

// Where to read into. Behind a read that was short no read on that socket is tried at once, until
// epoll has told of it again.
class UntilShort {
 public:
  using value_type = boost::asio::mutable_buffer;
  using const_iterator = const value_type*;

  UntilShort() = default;
  // `room` lives for as long as the read may end.
  explicit UntilShort(AwaitedRoom& room) : room_(&room) {}

  const_iterator begin() const { return &room_->place; }
  const_iterator end() const { return begin() + 1; }
  void has_come() const { room_->is_awaited = false; }

  // For the first read on a socket, where it was opened in the same turn of the loop: whatever has
  // come, epoll is still to tell of it, and the try that Asio begins with is left out.
  void wait_first() { waits_first_ = true; }
  bool leaves_out() { return std::exchange(waits_first_, false); }

 private:
  AwaitedRoom* room_ = nullptr;
  bool waits_first_ = false;
};

}  // namespace taskgate::net

namespace boost::asio::detail {

template <>
class reactive_socket_recv_op_base<taskgate::net::UntilShort> : public reactor_op {
 public:
  reactive_socket_recv_op_base(const boost::system::error_code& success, socket_type socket,
                               socket_ops::state_type /*stream*/,
                               const taskgate::net::UntilShort& room,
                               socket_base::message_flags flags, func_type on_complete)
      : reactor_op(success, &do_perform, on_complete),
        socket_(socket),
        room_(room),
        flags_(flags) {}

  static status do_perform(reactor_op* base) {
    auto* const op = static_cast<reactive_socket_recv_op_base*>(base);
    if (op->room_.leaves_out()) return not_done;
    const mutable_buffer room = *op->room_.begin();
    const auto bytes = taskgate::net::receive(op->socket_, room.data(), room.size(), op->flags_);
    if (bytes < 0 && errno == EAGAIN) return not_done;
    if (bytes > 0) op->bytes_transferred_ = static_cast<std::size_t>(bytes);
    if (bytes == 0) op->ec_ = error::eof;
    if (bytes < 0) op->ec_ = taskgate::last_error();
    op->room_.has_come();
    return op->bytes_transferred_ < room.size() ? done_and_exhausted : done;
  }

 private:
  socket_type socket_;
  taskgate::net::UntilShort room_;
  socket_base::message_flags flags_;
};

}  // namespace boost::asio::detail
