#include "support/raw_connection.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "support/failure.h"
#include "support/loopback.h"

namespace taskgate::test {
namespace {

bool is_writable(int descriptor, const Deadline& deadline) {
  pollfd polled = {descriptor, POLLOUT, 0};
  return ::poll(&polled, 1, deadline.poll_timeout()) > 0;
}

Fd connect_to(std::uint16_t port, const Deadline& deadline) {
  Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) fail_errno("socket");
  const sockaddr_in address = loopback(port);
  if (::connect(socket.get(), as_sockaddr(&address), sizeof address) == 0) return socket;
  const std::string what = "connecting to 127.0.0.1:" + std::to_string(port);
  if (errno != EINPROGRESS) fail_errno(what);
  if (!is_writable(socket.get(), deadline)) throw Failure(what + ": no answer in time");
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  errno = error;
  if (error != 0) fail_errno(what);
  return socket;
}

}  // namespace

RawConnection::RawConnection(Fd socket, Duration patience, int cancel)
    : socket_(std::move(socket)), patience_(patience), cancel_(cancel) {
  if (!socket_) return;
  const int on = 1;
  ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::fcntl(socket_.get(), F_SETFL, ::fcntl(socket_.get(), F_GETFL) | O_NONBLOCK);
}

void RawConnection::send(std::string_view bytes) {
  if (!try_send(bytes))
    fail(std::string("the peer has closed while sending: ") + std::strerror(errno));
}

bool RawConnection::try_send(std::string_view bytes) {
  const Deadline deadline(patience_);
  while (!bytes.empty()) {
    const auto sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN) {
      if (!wait_for(POLLOUT, deadline)) fail("the peer takes no more bytes");
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

std::string RawConnection::read_until(std::string_view marker) {
  const Deadline deadline(patience_);
  std::size_t from = 0;
  for (;;) {
    const auto found = buffer_.find(marker, from);
    if (found != std::string::npos) return take(found + marker.size());
    from = buffer_.size() < marker.size() ? 0 : buffer_.size() - marker.size() + 1;
    if (!receive(deadline)) fail("waited for " + shown(std::string(marker)));
  }
}

std::string RawConnection::read_exact(std::size_t count) {
  const Deadline deadline(patience_);
  while (buffer_.size() < count) {
    if (!receive(deadline)) fail("waited for " + std::to_string(count) + " bytes");
  }
  return take(count);
}

std::string RawConnection::read_some() {
  const Deadline deadline(patience_);
  while (buffer_.empty()) {
    if (!receive(deadline)) fail("waited for a byte");
  }
  return take(buffer_.size());
}

std::string RawConnection::read_to_end() {
  if (!peer_closed(patience_)) fail("waited for the end of the stream");
  if (was_reset()) fail("waited for an orderly end of the stream");
  return take(buffer_.size());
}

void RawConnection::half_close() {
  if (::shutdown(socket_.get(), SHUT_WR) != 0) fail("half-closing");
}

void RawConnection::reset() {
  const linger abort_now = {1, 0};
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &abort_now, sizeof abort_now);
  socket_.close();
}

void RawConnection::close() {
  socket_.close();
}

bool RawConnection::has_more() {
  return !buffer_.empty() || receive(Deadline(patience_));
}

bool RawConnection::peer_closed(Duration timeout) {
  const Deadline deadline(timeout);
  while (receive(deadline)) {
  }
  return end_ != End::none;
}

const std::string& RawConnection::pending() {
  while (receive(Deadline(Duration::zero()))) {
  }
  return buffer_;
}

std::uint16_t RawConnection::local_port() const {
  return local_port_of(socket_.get());
}

// Takes in more bytes; false at the end of the stream and at the deadline.
bool RawConnection::receive(const Deadline& deadline) {
  std::array<char, 65536> bytes;
  while (end_ == End::none) {
    const auto got = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
    if (got > 0) {
      buffer_.append(bytes.data(), static_cast<std::size_t>(got));
      received_.append(bytes.data(), static_cast<std::size_t>(got));
      return true;
    }
    if (got == 0) {
      end_ = End::closed;
    } else if (errno == EAGAIN) {
      if (!wait_for(POLLIN, deadline)) return false;
    } else if (errno != EINTR) {
      end_ = End::reset;
    }
  }
  return false;
}

// False when the deadline passes first.
bool RawConnection::wait_for(short events, const Deadline& deadline) const {
  std::array<pollfd, 2> polled = {{{socket_.get(), events, 0}, {cancel_, POLLIN, 0}}};
  for (;;) {
    const int ready = ::poll(polled.data(), polled.size(), deadline.poll_timeout());
    if (polled[1].revents != 0) throw Failure("cancelled");
    if (ready > 0) return true;
    if (ready == 0) return false;
    if (errno != EINTR) fail_errno("poll");
  }
}

void RawConnection::fail(const std::string& what) const {
  const char* state = end_ == End::closed  ? "closed by the peer"
                      : end_ == End::reset ? "reset by the peer"
                                           : "still open";
  throw Failure(what + "; the connection is " + state + ", unread: " + shown(buffer_));
}

std::string RawConnection::take(std::size_t count) {
  std::string out = buffer_.substr(0, count);
  buffer_.erase(0, count);
  return out;
}

RawClient::RawClient(std::uint16_t port, Duration patience)
    : RawConnection(connect_to(port, Deadline(patience)), patience) {}

}  // namespace taskgate::test
