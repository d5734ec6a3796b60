#include "proxy/tunnel.h"

#include <optional>

#include "net/join.h"

namespace taskgate::proxy {
namespace {

using Count = void (RelayedBytes::*)(std::size_t);

// One direction. `end` watches the side that it reads from, for the reads. Once that has nothing
// more to send nothing is read from it any more, so nothing else would tell that it is gone.
Task<> pump(Peer& from, Peer& to, Duration idle, RelayedBytes& relayed, Count count,
            net::HangupWatch& watch, std::optional<net::HangupWatch::Guard>& end) {
  const int descriptor = from.socket().native_handle();
  end.emplace(watch, descriptor, [&from] { from.look_again(); });
  end->tell_half_close();
  end->begin();
  for (;;) {
    (relayed.*count)(from.received().size());
    Peer::Parts parts{from.received()};
    Peer::Sent sent = to.send_now(parts);
    if (sent == Peer::Sent::part) {
      const bool written = co_await to.write(parts);
      sent = written ? Peer::Sent::all : Peer::Sent::failed;
    }
    if (sent == Peer::Sent::failed) break;
    from.consume(from.received().size());
    from.deadline().set(idle);
    const bool came = co_await from.read_after_silence(end->is_in_set());
    if (!came) break;
    to.deadline().set(idle);
  }
  if (from.fault() == PeerFault::eof) {
    to.half_close();
    end.emplace(watch, descriptor, [&from, &to] {
      from.interrupt();
      to.interrupt();
    });
    co_return;
  }
  from.interrupt();
  to.interrupt();
}

}  // namespace

Task<bool> tunnel(Peer& client, Peer& upstream, Duration idle, RelayedBytes& relayed,
                  net::HangupWatch& watch) {
  std::optional<net::HangupWatch::Guard> client_end;
  std::optional<net::HangupWatch::Guard> upstream_end;
  co_await net::join(
      pump(client, upstream, idle, relayed, &RelayedBytes::up, watch, client_end),
      pump(upstream, client, idle, relayed, &RelayedBytes::down, watch, upstream_end));
  co_return !client.interrupted() && !upstream.interrupted();
}

}  // namespace taskgate::proxy
