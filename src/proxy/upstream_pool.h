// Connections to the upstream that a request has left and that the next one may use (RFC 9112
// section 9.3). Passive: it keeps sockets and closes them; which request may leave and use one is
// the Exchange's to say. Loop thread only.
//
// What comes unasked on a connection must never become the answer to the next request (section
// 11.1, response splitting), and the upstream may close one at any moment (section 9.5). So the end
// of an idle one is watched for, and whatever else came on it is found when it is taken: then it is
// closed. What comes later cannot be told from an answer: the Exchange sends the request again
// where it is the end of the connection, and an upstream that answers what nobody has asked must
// not be kept alive.
#pragma once

#include <cstdint>
#include <list>
#include <optional>

#include "base/task.h"
#include "net/deadline.h"
#include "net/hangup_watch.h"
#include "observe/status.h"
#include "proxy/descriptors.h"

namespace taskgate::proxy {

class UpstreamPool {
 public:
  // Each costs the upstream a descriptor, often a thread. Where more requests than this come at
  // once, the rest pay for a connect, which is on loopback.
  static constexpr std::size_t kMost = 32;

  UpstreamPool(net::Deadlines& deadlines, net::HangupWatch& watch, const Descriptors& descriptors,
               observe::UpstreamCounts& counts);

  // For how long a connection is kept that nobody uses; zero: none is kept. Holds for those that
  // are kept already, too.
  void set_limit(Duration limit);
  // The upstream is another one: closes all, and takes none that was made before.
  void begin_generation();
  // Closes all, and takes none any more; or does again, when a drain is taken back.
  void drain();
  void resume() { draining_ = false; }

  // A request asks for it before it connects, and gives it with the connection that it leaves.
  // Nothing while no connections are kept.
  using Generation = std::uint32_t;
  std::optional<Generation> generation() const;

  // The one that was left last, so that the others reach their limit and a pool that a burst has
  // filled shrinks by itself. Nothing: there is none that is open and silent.
  std::optional<TcpSocket> take();
  // Keeps the connection or closes it. All that was sent on it must have been answered, and the
  // answer read to its end.
  void put(TcpSocket socket, Generation generation);
  // Closes the oldest ones whose descriptors a client or a request needs.
  void make_room();

 private:
  struct Idle {
    Idle(UpstreamPool& pool, TcpSocket connection);

    TcpSocket socket;
    TimePoint since = Clock::now();
    bool ended = false;
    net::HangupWatch::Guard guard;  // goes before its socket
  };

  void close_all();
  void sweep();
  void recount();

  net::HangupWatch& watch_;
  const Descriptors& descriptors_;
  observe::UpstreamCounts& counts_;
  Duration limit_{};
  bool draining_ = false;
  Generation generation_ = 0;
  net::Deadline expiry_;  // of the oldest, or at once after the upstream has ended one
  std::list<Idle> idle_;  // oldest first
};

}  // namespace taskgate::proxy
