// Whether an urgent byte (MSG_OOB) has come on a socket, at which a read stops whatever is behind
// it. The kernel tells of it only who asks epoll for EPOLLPRI, and wakes him for all other bytes,
// too: with a set of one's own that is a second look at the socket for each message. Asio asks for
// EPOLLPRI anyhow, and marks that a read of urgent bytes is worth a try. Loop thread only.
#pragma once

#include <poll.h>

#include "base/task.h"
#include "net/reactor_marks.h"

namespace taskgate::net {

class UrgentByte {
 public:
  // Of no socket: it never comes.
  UrgentByte() = default;

  // From here on, or what is there and was not read yet. Once it has come it stays so; a failure
  // of the connection counts as one, too. The socket must stay open for as long as it is asked.
  explicit UrgentByte(TcpSocket& socket) : mark_(&ReactorMarks::urgent(socket)) {
    pollfd state{socket.native_handle(), POLLPRI, 0};
    *mark_ = poll(&state, 1, 0) != 0;
  }

  bool has_come() const { return mark_ != nullptr && *mark_; }

 private:
  bool* mark_ = nullptr;
};

}  // namespace taskgate::net
