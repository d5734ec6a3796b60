// Whether an urgent byte (MSG_OOB) has come on a socket, at which a read stops whatever is behind
// it. The kernel tells of it only who asks epoll for EPOLLPRI, and wakes him for all other bytes,
// too: with a set of one's own that is a second look at the socket for each message. Asio asks for
// EPOLLPRI anyhow, and marks in its record of the socket that a read of urgent bytes is worth a
// try. It lets nobody see that mark, so this looks through the friend that the record has, as of
// Boost 1.81 (until_short.h is of the same kind). Loop thread only.
#pragma once

#include <poll.h>

#include <boost/asio/detail/object_pool.hpp>
#include <boost/asio/detail/reactor.hpp>

#include "base/task.h"

namespace boost::asio::detail {

template <>
inline bool* object_pool_access::create(epoll_reactor::descriptor_state* record) {
  return &record->try_speculative_[epoll_reactor::except_op];
}

}  // namespace boost::asio::detail

namespace taskgate::net {

class UrgentByte {
 public:
  // Of no socket: it never comes.
  UrgentByte() = default;

  // From here on, or what is there and was not read yet. Once it has come it stays so; a failure
  // of the connection counts as one, too. The socket must stay open for as long as it is asked.
  explicit UrgentByte(TcpSocket& socket)
      : mark_(asio::detail::object_pool_access::create<bool>(Access::record(socket))) {
    pollfd state{socket.native_handle(), POLLPRI, 0};
    *mark_ = poll(&state, 1, 0) != 0;
  }

  bool has_come() const { return mark_ != nullptr && *mark_; }

 private:
  struct Access : TcpSocket {
    static asio::detail::epoll_reactor::descriptor_state* record(TcpSocket& socket) {
      return (socket.*&Access::impl_).get_implementation().reactor_data_;
    }
  };

  bool* mark_ = nullptr;
};

}  // namespace taskgate::net
