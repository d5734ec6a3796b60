// What comes from a Peer: into its buffer or a pipe.
#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <new>
#include <utility>

#include "base/error.h"
#include "net/calls.h"
#include "net/reactor_marks.h"
#include "proxy/peer.h"

namespace taskgate::proxy {
namespace {

// Up to here a body that is read into a buffer costs less than one that goes through a pipe.
constexpr std::size_t kShortBody = 32 * 1024;

// So many pieces go from pipe to pipe before the loop serves others, however fast both ends are.
constexpr std::uint8_t kPiecesInARow = 16;

}  // namespace

Task<bool> Peer::read_more(bool end_is_told) {
  if (stopped()) co_return false;
  const bool is_looked_for = has_to_look(end_is_told);
  state_.bytes_wait = false;
  if (buffer_.is_full()) {
    const std::size_t more = buffer_.next_charge();
    bool granted = holder().try_charge(HeldFor::head, more);
    if (!granted) granted = co_await claim({HeldFor::head, more, more});
    if (!granted) co_return false;
  }
  buffer_.make_room();
  ErrorCode error;
  std::size_t bytes = 0;
  auto tried = net::Tried::in_vain;
  if (is_looked_for) {
    tried = net::try_to_read(socket_.native_handle(), buffer_, 0, error, bytes);
  }
  if (tried != net::Tried::in_vain) {
    // It may have left some, or the end, of which epoll has told with what the last wait was for.
    net::ReactorMarks::read(socket_) = true;
    co_return end_read(error, bytes, false);
  }
  const auto result = co_await socket_.async_read_some(buffer_.begin_wait(), kTask);
  co_return end_read(result);
}

std::optional<ReceiveBuffer::Awaited> Peer::begin_read(bool end_is_told) {
  if (buffer_.is_full() || has_to_look(end_is_told) || stopped()) return std::nullopt;
  buffer_.make_room();
  return buffer_.begin_wait();
}

bool Peer::end_read(std::tuple<ErrorCode, std::size_t> result) {
  buffer_.end_wait();
  const auto [error, bytes] = result;
  return end_read(error, bytes, true);
}

bool Peer::end_read(ErrorCode error, std::size_t bytes, bool waited) {
  if (error == asio::error::no_memory) throw std::bad_alloc();
  if (error) {
    note(error);
    return false;
  }
  const bool is_short = buffer_.add(bytes);
  state_.last_read_was_short = waited && is_short;
  moved();
  return true;
}

void Peer::read_short(std::uint64_t length) {
  const std::size_t used = received().size();
  if (length <= used || length > kShortBody) return;
  const auto all = static_cast<std::size_t>(length);
  if (!buffer_.hold(all)) return;
  const auto bytes =
      net::receive(socket_.native_handle(), buffer_.room().data(), all - used, MSG_DONTWAIT);
  if (bytes <= 0) return;
  buffer_.append(static_cast<std::size_t>(bytes));
  moved();
}

std::optional<bool> Peer::read_now(net::Pipe& pipe, std::uint64_t most) {
  if (stopped()) return false;
  if (++pieces_ % kPiecesInARow == 0) return std::nullopt;
  const auto limit = static_cast<std::size_t>(std::min<std::uint64_t>(most, net::Pipe::kPiece));
  const std::ptrdiff_t came = pipe.fill_from(socket_.native_handle(), limit);
  if (came > 0) {
    holder().moved();
    moved();
    return true;
  }
  const ErrorCode error = came == 0 ? ErrorCode(asio::error::eof) : last_error();
  if (error == asio::error::would_block) return std::nullopt;
  note(error);
  return false;
}

Task<bool> Peer::read_into(net::Pipe& pipe, std::uint64_t most) {
  for (;;) {
    if (const std::optional<bool> came = read_now(pipe, most)) co_return *came;
    const bool goes_on = co_await wait_to_read();
    if (!goes_on) co_return false;
  }
}

Task<bool> Peer::wait_to_read() {
  return wait_or_note(asio::error::would_block, TcpSocket::wait_read);
}

}  // namespace taskgate::proxy
