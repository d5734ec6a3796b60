#include "proxy/peer.h"

#include <boost/asio/error.hpp>
#include <utility>

#include "base/error.h"
#include "net/calls.h"
#include "net/linger.h"
#include "net/probes.h"

namespace taskgate::proxy {
namespace {

constexpr std::size_t kLingerBytes = 64 * 1024 * 1024;

}  // namespace

Peer::Peer(TcpSocket socket, net::Deadlines& deadlines, HeldBytes::Holder& holder,
           SpareBlocks& first_buffers)
    : socket_(std::move(socket)),
      deadline_(deadlines, [this] { cancel_read(); }),
      buffer_(holder, first_buffers) {}

void Peer::replace(TcpSocket socket) {
  socket_ = std::move(socket);
  buffer_.forget();
  state_ = {};
}

void Peer::drop_received() {
  consume(received().size());
  release_buffer();
}

// An urgent byte, which is nothing, goes with this read, too: left there it would make of a close a
// reset.
bool Peer::drop_unread() {
  const bool had_some = !received().empty();
  drop_received();
  char next = 0;
  return net::receive(socket_.native_handle(), &next, 1, MSG_DONTWAIT) > 0 || had_some;
}

Task<bool> Peer::claim(HeldBytes::Claim claim) {
  const bool granted = co_await holder().wait(claim, paused_);
  const bool goes_on = granted && !stopped();
  if (granted && !goes_on && claim.use != HeldFor::body) holder().discharge(claim.charged);
  if (!granted && !stopped()) state_.fault = PeerFault::interrupted;
  co_return goes_on;
}

void Peer::note_stop() {
  if (state_.fault == PeerFault::vanished || state_.fault == PeerFault::broken) return;
  state_.fault = has_timed_out() ? PeerFault::timeout : PeerFault::interrupted;
}

void Peer::note(ErrorCode error) {
  if (stopped()) return;
  if (error == asio::error::eof) {
    state_.fault = PeerFault::eof;
    state_.has_ended = true;
  } else if (error == asio::error::operation_aborted) {
    state_.fault = PeerFault::interrupted;
  } else if (net::says_vanished(error.value())) {
    state_.fault = PeerFault::vanished;
  } else {
    state_.fault = PeerFault::broken;
  }
}

bool Peer::has_vanished() {
  if (net::takes_vanished(socket_.native_handle())) state_.fault = PeerFault::vanished;
  return state_.fault == PeerFault::vanished;
}

Peer::Sent Peer::send_now(Parts& parts) {
  return send(parts, 0);
}

Peer::Sent Peer::send_last(Parts& parts) {
  state_.waits_for_end = true;
  return send(parts, MSG_MORE);
}

Peer::Sent Peer::send(Parts& parts, int flags) {
  if (is_empty(parts)) return Sent::all;
  if (stopped()) return Sent::failed;
  const ssize_t bytes = send_parts(socket_.native_handle(), parts, flags);
  if (bytes < 0) return part_or_failed(last_error());
  note_sent(bytes);
  advance(parts, static_cast<std::size_t>(bytes));
  return is_empty(parts) ? Sent::all : Sent::part;
}

Peer::Sent Peer::send_now(std::string_view& bytes) {
  if (bytes.empty()) return Sent::all;
  if (stopped()) return Sent::failed;
  const ssize_t sent =
      net::send(socket_.native_handle(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent < 0) return part_or_failed(last_error());
  note_sent(sent);
  bytes.remove_prefix(static_cast<std::size_t>(sent));
  return bytes.empty() ? Sent::all : Sent::part;
}

Peer::Sent Peer::send_now(net::Pipe& pipe) {
  if (pipe.held() == 0) return Sent::all;
  if (stopped()) return Sent::failed;
  const std::ptrdiff_t sent = pipe.drain_to(socket_.native_handle());
  if (sent <= 0) return part_or_failed(last_error());
  note_sent(sent);
  return pipe.held() == 0 ? Sent::all : Sent::part;
}

void Peer::note_sent(std::ptrdiff_t bytes) {
  state_.written += static_cast<std::uint64_t>(bytes);
  moved();
}

Peer::Sent Peer::part_or_failed(ErrorCode error) {
  if (error == asio::error::would_block) return Sent::part;
  note(error);
  return Sent::failed;
}

Task<bool> Peer::write(Parts parts, Duration within) {
  bool waited = false;
  Sent sent = send_now(parts);
  while (sent == Sent::part) {
    if (within != Duration::zero() && !std::exchange(waited, true)) deadline_.set(within);
    const bool goes_on = co_await wait_or_note(asio::error::would_block, TcpSocket::wait_write);
    if (!goes_on) co_return false;
    sent = send_now(parts);
  }
  if (waited) deadline_.clear();
  co_return sent == Sent::all;
}

Task<bool> Peer::write(net::Pipe& pipe) {
  Sent sent = send_now(pipe);
  while (sent == Sent::part) {
    const bool goes_on = co_await wait_or_note(asio::error::would_block, TcpSocket::wait_write);
    if (!goes_on) co_return false;
    sent = send_now(pipe);
  }
  co_return sent == Sent::all;
}

// Behind a system call that moved nothing: waits where the socket was only not ready, and says
// whether to try again; else remembers why it failed.
Task<bool> Peer::wait_or_note(ErrorCode error, TcpSocket::wait_type ready) {
  if (error == asio::error::would_block) {
    const auto [failed] = co_await socket_.async_wait(ready, kTask);
    error = failed;
  }
  if (error) note(error);
  co_return !error;
}

void Peer::interrupt() {
  interrupted_ = true;
  cancel_read();
}

void Peer::cancel_read() {
  ErrorCode ignored;
  socket_.cancel(ignored);
  if (paused_ != nullptr) paused_->cancel();
}

// A wait of another kind makes Asio ask epoll anew for all that the socket is ready for.
void Peer::look_again() {
  socket_.async_wait(TcpSocket::wait_error, [](ErrorCode) {});
}

void Peer::send_at_once() {
  ErrorCode ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
}

void Peer::half_close() {
  ErrorCode ignored;
  socket_.shutdown(TcpSocket::shutdown_send, ignored);
}

void Peer::reset() {
  ErrorCode ignored;
  socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  socket_.close(ignored);
}

// A close with unread bytes, which may come at any moment, is a reset, and would take along what
// waits for the end.
void Peer::close() {
  if (state_.waits_for_end) half_close();
  ErrorCode ignored;
  socket_.close(ignored);
}

Task<> Peer::linger(Duration limit) {
  deadline_.set(limit);
  const auto is_over = [this] { return stopped(); };
  co_await net::linger(socket_, kLingerBytes, is_over);
  deadline_.clear();
}

}  // namespace taskgate::proxy
