#include "proxy/tunnel.h"

#include <optional>

#include "net/join.h"

namespace taskgate::proxy {
namespace {

// A read of so much is no message, and more of it is there.
constexpr std::size_t kBulk = kLargestBuffer;

// What comes in bulk is moved by the kernel, until little comes at once; whoever is silent
// meanwhile holds no pipe. False: a side has ended or is gone.
Task<bool> pump_bulk(Peer& from, Peer& to, std::uint64_t& relayed, net::Pipes& pipes) {
  for (;;) {
    net::Pipes::Lease pipe = pipes.take(net::Pipe::kPiece);
    if (!pipe) co_return true;
    from.release_buffer();
    const std::optional<bool> came = from.read_now(*pipe, net::Pipe::kPiece);
    if (!came) {
      pipe.reset();
      const bool goes_on = co_await from.wait_to_read();
      if (!goes_on) co_return false;
      continue;
    }
    if (!*came) co_return false;
    const std::size_t size = pipe->held();
    const bool sent = co_await to.write(*pipe);
    if (!sent) co_return false;
    relayed += size;
    if (size < net::Pipes::kFew) co_return true;
  }
}

// One direction. `relayed` are the gate's bytes; its own are in Peer::written(). `end` watches the
// side that it reads from, for the reads. Once that has nothing more to send nothing is read from
// it any more, so nothing else would tell that it is gone.
Task<> pump(Peer& from, Peer& to, std::uint64_t& relayed, net::HangupWatch& watch,
            net::Pipes& pipes, std::optional<net::HangupWatch::Guard>& end) {
  const int descriptor = from.socket().native_handle();
  end.emplace(watch, descriptor, [&from] { from.look_again(); });
  end->begin_for_reads();
  for (;;) {
    std::string_view bytes = from.received();
    const std::size_t size = bytes.size();
    Peer::Sent sent = to.send_now(bytes);
    if (sent == Peer::Sent::part) {
      const bool written = co_await to.write(bytes);
      sent = written ? Peer::Sent::all : Peer::Sent::failed;
    }
    if (sent == Peer::Sent::failed) break;
    relayed += size;
    from.consume(size);
    if (size >= kBulk) {
      const bool goes_on = co_await pump_bulk(from, to, relayed, pipes);
      if (!goes_on) break;
    }
    bool came = false;
    if (const auto reading = from.begin_read_after_silence(end->is_in_set())) {
      const auto result = co_await from.socket().async_read_some(reading->room, kTask);
      came = from.end_read(*reading, result);
    } else {
      came = co_await from.read_after_silence(end->is_in_set());
    }
    if (!came) break;
  }
  if (from.fault() == PeerFault::eof) {
    to.half_close();
    end.emplace(watch, descriptor, [&from, &to] {
      if (to.fault() == PeerFault::eof) return;  // both have ended, and join() is about to tell
      from.interrupt();
      to.interrupt();
    });
    co_return;
  }
  from.interrupt();
  to.interrupt();
}

}  // namespace

Task<bool> tunnel(Peer& client, Peer& upstream, RelayedBytes& relayed, net::HangupWatch& watch,
                  net::Pipes& pipes) {
  std::optional<net::HangupWatch::Guard> client_end;
  std::optional<net::HangupWatch::Guard> upstream_end;
  const std::uint64_t sent_up = upstream.written();
  const std::uint64_t sent_down = client.written();
  co_await net::join(pump(client, upstream, relayed.all().up, watch, pipes, client_end),
                     pump(upstream, client, relayed.all().down, watch, pipes, upstream_end));
  relayed.tunneled(upstream.written() - sent_up, client.written() - sent_down);
  co_return !client.interrupted() && !upstream.interrupted();
}

}  // namespace taskgate::proxy
