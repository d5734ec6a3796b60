// The life of one connection to the admin port: read one request's head, answer, end. On the
// server's thread, but for answer_of().
#pragma once

#include <boost/intrusive/list_hook.hpp>
#include <cstdint>
#include <map>
#include <utility>

#include "admin/endpoints.h"
#include "admin/rounds.h"
#include "admin/sources.h"
#include "admin/streams.h"
#include "base/task.h"

namespace taskgate::admin {

// An accepted connection; lives in its coroutine's frame. While it is linked into the server's list
// it is counted there, also when it was closed and its frame has not ended yet.
struct Connection
    : boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
  // Whose turn it is.
  enum class Phase : std::uint8_t {
    silent,     // the client's: to send its request, or to end after the answer
    answering,  // ours: its request is whole
    writing,    // the client's: to read the answer
  };

  // `room` is cancelled whenever it is the client's turn again.
  Connection(TcpSocket accepted, TimePoint end, Timer& room)
      : socket(std::move(accepted)), expires(end), room_(room) {}
  void turn(Phase next) {
    phase = next;
    if (next != Phase::answering) room_.cancel();
  }
  // Ends what waits on the socket with an error, and the frame with it.
  void close() {
    ErrorCode ignored;
    socket.close(ignored);
  }

  TcpSocket socket;
  TimePoint expires;
  Phase phase = Phase::silent;

 private:
  Timer& room_;
};

// What connections use; outlives them.
struct Services {
  const Sources& sources;
  // Of each endpoint whose answer may have to wait.
  std::map<const Endpoint*, Rounds>& rounds;
  Streams& streams;
};

// The endpoint's answer; does not throw.
Answer answer_of(const Endpoint& endpoint, const Sources& sources);

// Ends with the exchange, or soon after the socket was closed from outside. Nothing in it ends a
// client's silence: the server closes connections that live too long, and an event stream, which
// leaves the server's list, is looked after by Streams.
Task<> serve(Connection& connection, const Services& services);

}  // namespace taskgate::admin
