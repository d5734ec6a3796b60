#include "proxy/tunnel.h"

#include "proxy/join.h"

namespace taskgate::proxy {
namespace {

using Count = void (Traffic::*)(std::size_t);

// One direction.
Task<> pump(Stream& from, Stream& to, Duration idle, Traffic& traffic, Count count) {
  for (;;) {
    (traffic.*count)(from.received().size());
    const bool written = co_await to.write(from.received());
    if (!written) break;
    from.consume(from.received().size());
    from.deadline().set(idle);
    const bool came = co_await from.read_after_silence();
    if (!came) break;
    to.deadline().set(idle);
  }
  if (from.fault() == StreamFault::eof) {
    to.half_close();
    co_return;
  }
  from.interrupt();
  to.interrupt();
}

}  // namespace

Task<bool> tunnel(Stream& client, Stream& upstream, Duration idle, Traffic& traffic) {
  co_await join(pump(client, upstream, idle, traffic, &Traffic::up),
                pump(upstream, client, idle, traffic, &Traffic::down));
  co_return !client.interrupted() && !upstream.interrupted();
}

}  // namespace taskgate::proxy
