// What a connection does between two requests: it waits for the next head, and is parked where none
// comes.
#include <algorithm>
#include <utility>

#include "net/unread.h"
#include "proxy/connection.h"

namespace taskgate::proxy {
namespace {

// Bytes that a parser takes for the lines of a usual head.
constexpr std::size_t kFewLines = 256;

}  // namespace

// One request's head, or false when none comes: the client is gone, or silent.
Task<bool> Connection::read_head() {
  parser_.reset();
  limit_head();
  patience_ = services_.parking.patience();
  client_.deadline().set(first_ ? config_->timeouts.head : silence_limit());
  bool is_limited = first_;
  client_.release_buffer();
  std::size_t lines = std::max(parser_.bytes(), kFewLines);
  while ((progress_ = parser_.parse(client_.received())) == http::Progress::need_more) {
    const bool started = parser_.has_begun();
    // Mostly a head comes whole, and needs no time limit of its own.
    if (started && !std::exchange(is_limited, true)) {
      client_.deadline().set(config_->timeouts.head);
    }
    lines = charge_lines(lines);
    bool came = false;
    // A client that has left between two requests is found when it is parked, if not before.
    const bool end_is_told = !started && !first_;
    if (const auto room = client_.begin_read(end_is_told)) {
      const auto result = co_await client_.socket().async_read_some(*room, kTask);
      came = client_.end_read(result);
    } else {
      came = co_await client_.read_more(end_is_told);
    }
    if (!started) limit_head();
    if (!came) {
      const bool too_slow = client_.fault() == PeerFault::timeout && (started || first_);
      client_.deadline().clear();
      co_return too_slow || gave_way_;  // handle() answers
    }
  }
  client_.deadline().clear();
  co_return true;
}

// By the configuration of the moment: the last request, or the wait for this one, may have begun
// before a reload.
void Connection::limit_head() {
  const config::Config::Limits& limits = services_.config->limits;
  parser_.set_limits({.bytes = limits.head, .fields = limits.fields});
}

// Where its lines begin is a part of what its head costs, unless they are few.
std::size_t Connection::charge_lines(std::size_t before) {
  const std::size_t now = std::max(parser_.bytes(), before);
  if (now > before) charge_growth(now - before);
  return now;
}

// Silent for so long, it is parked, unless its time is over by then.
Duration Connection::silence_limit() const {
  const Duration limit = config_->timeouts.keep_alive;
  return limit == Duration::zero() ? patience_ : std::min(limit, patience_);
}

bool Connection::was_silent() const {
  return !first_ && client_.fault() == PeerFault::timeout && !parser_.has_begun() &&
         config_->timeouts.keep_alive != silence_limit() && !client_.interrupted();
}

// False: its request has come and only waits for its turn, as it may in a crowd, or lies behind an
// urgent byte. An empty line that has come is dropped.
bool Connection::park() {
  if (net::has_unread(client_.socket().native_handle())) {
    client_.bytes_wait();
    return false;
  }
  const Duration limit = config_->timeouts.keep_alive;
  services_.parking.park(client_.socket(), limit == Duration::zero() ? limit : limit - patience_);
  return true;
}

}  // namespace taskgate::proxy
