// Asio's marks of what is worth a try on a socket. For each kind of operation its record of the
// socket has one: epoll sets it when it tells of something, and an operation that finds that there
// is no more clears it; while it is cleared the next one begins by waiting. Asio lets nobody see
// them, so this looks through the friend that the record has, as of Boost 1.81 (until_short.h is of
// the same kind). Loop thread only.
#pragma once

#include <boost/asio/detail/object_pool.hpp>
#include <boost/asio/detail/reactor.hpp>

#include "base/task.h"

namespace boost::asio::detail {

template <>
inline bool* object_pool_access::create(epoll_reactor::descriptor_state* record) {
  return record->try_speculative_;
}

}  // namespace boost::asio::detail

namespace taskgate::net {

class ReactorMarks {
 public:
  // The marks of an open socket; each stays where it is for as long as the socket is open.
  static bool& read(TcpSocket& socket) { return all(socket)[asio::detail::reactor::read_op]; }
  static bool& urgent(TcpSocket& socket) { return all(socket)[asio::detail::reactor::except_op]; }

 private:
  struct Access : TcpSocket {
    static asio::detail::epoll_reactor::descriptor_state* record(TcpSocket& socket) {
      return (socket.*&Access::impl_).get_implementation().reactor_data_;
    }
  };

  static bool* all(TcpSocket& socket) {
    return asio::detail::object_pool_access::create<bool>(Access::record(socket));
  }
};

}  // namespace taskgate::net
