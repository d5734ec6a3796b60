#include "proxy/tunnel.h"

#include <exception>
#include <optional>

#include "net/join.h"

namespace taskgate::proxy {
namespace {

// A read of so much is no message, and more of it is there.
constexpr std::size_t kBulk = kLargestBuffer;

// One direction. Messages that come one by one need no coroutine: the callback of each read sends
// what came and begins the next read. What more there is to be done the coroutine does.
class Direction {
 public:
  Direction(Peer& from, Peer& to, std::uint64_t& relayed, net::HangupWatch& watch,
            net::Pipes& pipes)
      : from_(from),
        to_(to),
        relayed_(relayed),
        watch_(watch),
        pipes_(pipes),
        descriptor_(from.socket().native_handle()),
        woken_(from.socket().get_executor(), TimePoint::max()) {}

  // Until the side that it reads from has ended its sending, or a side is gone.
  Task<> run();

 private:
  enum class Next : std::uint8_t { read, bulk, end };

  Next pass_on();
  bool begin_read();
  bool pass_on_and_read();
  void end_read(ErrorCode error, std::size_t bytes);
  Task<bool> pump_bulk();
  void end_sending();

  Peer& from_;
  Peer& to_;
  std::uint64_t& relayed_;
  net::HangupWatch& watch_;
  net::Pipes& pipes_;
  const int descriptor_;
  // Watches the side that it reads from, for the reads. Once that has nothing more to send nothing
  // is read from it any more, so nothing else would tell that it is gone.
  std::optional<net::HangupWatch::Guard> end_;
  Next next_ = Next::read;  // what is to be done behind the last message
  std::exception_ptr failure_;
  Timer woken_;
};

Direction::Next Direction::pass_on() {
  std::string_view bytes = from_.received();
  const std::size_t size = bytes.size();
  const Peer::Sent sent = to_.send_now(bytes);
  if (sent == Peer::Sent::failed) return Next::end;
  const std::size_t gone = size - bytes.size();
  relayed_ += gone;
  from_.consume(gone);
  return sent == Peer::Sent::part || size >= kBulk ? Next::bulk : Next::read;
}

// False: the whole read is needed.
bool Direction::begin_read() {
  const auto room = from_.begin_read(end_->tells_reads());
  if (!room) return false;
  from_.socket().async_read_some(
      *room, [this](ErrorCode error, std::size_t bytes) { end_read(error, bytes); });
  return true;
}

// False: `next_` is left to the coroutine.
bool Direction::pass_on_and_read() {
  next_ = pass_on();
  return next_ == Next::read && begin_read();
}

// A failure here (no memory) is this tunnel's; out of the callback it would be the whole loop's.
void Direction::end_read(ErrorCode error, std::size_t bytes) {
  try {
    const bool came = from_.end_read({error, bytes});
    if (!came) next_ = Next::end;
    if (came && pass_on_and_read()) return;
  } catch (...) {
    failure_ = std::current_exception();
  }
  woken_.cancel();
}

Task<> Direction::run() {
  end_.emplace(watch_, descriptor_, [this] { from_.look_again(); });
  end_->begin_for_reads(from_.socket());
  for (;;) {
    if (pass_on_and_read()) {
      co_await woken_.async_wait(kTask);
      if (failure_) std::rethrow_exception(failure_);
    }
    if (next_ == Next::end) break;
    if (next_ == Next::bulk) {
      const bool goes_on = co_await pump_bulk();
      if (!goes_on) break;
    }
    const bool came = co_await from_.read_more(end_->tells_reads());
    if (!came) break;
  }
  end_sending();
}

// Behind what is left of the last read, what comes in bulk is moved by the kernel, until little
// comes at once; whoever is silent meanwhile holds no pipe. False: a side has ended or is gone.
Task<bool> Direction::pump_bulk() {
  const std::string_view rest = from_.received();
  const bool written = co_await to_.write(rest);
  if (!written) co_return false;
  relayed_ += rest.size();
  from_.consume(rest.size());
  for (;;) {
    net::Pipes::Lease pipe = pipes_.take(net::Pipe::kPiece);
    if (!pipe) co_return true;
    from_.release_buffer();
    const std::optional<bool> came = from_.read_now(*pipe, net::Pipe::kPiece);
    if (!came) {
      pipe.reset();
      const bool goes_on = co_await from_.wait_to_read();
      if (!goes_on) co_return false;
      continue;
    }
    if (!*came) co_return false;
    const std::size_t size = pipe->held();
    const bool sent = co_await to_.write(*pipe);
    if (!sent) co_return false;
    relayed_ += size;
    if (size < net::Pipes::kFew) co_return true;
  }
}

void Direction::end_sending() {
  if (from_.fault() != PeerFault::eof) {
    from_.interrupt();
    to_.interrupt();
    return;
  }
  to_.half_close();
  end_.emplace(watch_, descriptor_, [this] {
    if (to_.fault() == PeerFault::eof) return;  // both have ended, and join() is about to tell
    from_.note(asio::error::connection_reset);
    from_.interrupt();
    to_.interrupt();
  });
}

}  // namespace

Task<bool> tunnel(Peer& client, Peer& upstream, observe::Outcome& outcome, net::HangupWatch& watch,
                  net::Pipes& pipes) {
  Direction up(client, upstream, outcome.bytes_up, watch, pipes);
  Direction down(upstream, client, outcome.bytes_down, watch, pipes);
  const auto end_both = [&] {
    client.interrupt();
    upstream.interrupt();
  };
  co_await net::join(up.run(), down.run(), end_both);
  co_return !client.interrupted() && !upstream.interrupted();
}

}  // namespace taskgate::proxy
