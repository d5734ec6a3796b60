// What comes from a Peer: into its buffer or a pipe.
#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <utility>

#include "base/error.h"
#include "net/calls.h"
#include "proxy/peer.h"

namespace taskgate::proxy {
namespace {

// Up to here a body that is read into a buffer costs less than one that goes through a pipe.
constexpr std::size_t kShortBody = 32 * 1024;

// So many pieces go from pipe to pipe before the loop serves others, however fast both ends are.
constexpr std::uint8_t kPiecesInARow = 16;

// Who speaks so often, so often in a row, needs the buffer again at once: it is not worth a system
// call to hold none.
constexpr Duration kBriefSilence = std::chrono::milliseconds(500);
constexpr std::uint8_t kBriefInARow = 2;

}  // namespace

Task<bool> Peer::read(bool after_silence, bool end_is_told) {
  if (stopped()) co_return false;
  bool is_looked_for = has_to_look(end_is_told);
  state_.bytes_wait = false;
  const bool is_for_long =
      after_silence && state_.brief_silences < kBriefInARow && buffer_.is_empty();
  if (is_for_long && !is_looked_for) {
    release_buffer();
    char first = 0;
    const auto [error, bytes] =
        co_await socket_.async_receive(asio::buffer(&first, 1), TcpSocket::message_peek, kTask);
    if (error) {
      note(error);
      co_return false;
    }
    is_looked_for = true;  // as behind bytes_wait()
  }
  if (buffer_.is_full()) {
    const std::size_t more = buffer_.next_charge();
    bool granted = holder().try_charge(HeldFor::head, more);
    if (!granted) granted = co_await claim({HeldFor::head, more, more});
    if (!granted) co_return false;
  }
  buffer_.make_room();
  ErrorCode error = asio::error::would_block;
  std::size_t bytes = 0;
  if (is_looked_for) bytes = socket_.receive(buffer_.room(), 0, error);
  const bool waits = error == asio::error::would_block;
  if (waits) {
    const net::UntilShort room = buffer_.begin_wait();
    const auto [failed, came] = co_await socket_.async_read_some(room, kTask);
    buffer_.end_wait();
    error = failed;
    bytes = came;
  }
  if (error) {
    note(error);
    co_return false;
  }
  take(bytes, waits);
  if (after_silence) note_silence();
  co_return true;
}

bool Peer::can_only_wait(bool end_is_told) {
  return !buffer_.is_full() && !has_to_look(end_is_told) && !stopped();
}

std::optional<Peer::Reading> Peer::begin_read() {
  if (!can_only_wait(false)) return std::nullopt;
  buffer_.make_room();
  return Reading{buffer_.begin_wait(), false};
}

std::optional<Peer::Reading> Peer::begin_read_after_silence(bool end_is_told) {
  const bool will_be_brief = state_.brief_silences == kBriefInARow;
  if (!will_be_brief || !can_only_wait(end_is_told)) return std::nullopt;
  buffer_.make_room();
  return Reading{buffer_.begin_wait(), true};
}

bool Peer::end_read(const Reading& reading, std::tuple<ErrorCode, std::size_t> result) {
  const auto [error, bytes] = result;
  buffer_.end_wait();
  if (error) {
    note(error);
    return false;
  }
  take(bytes, true);
  if (reading.after_silence) note_silence();
  return true;
}

void Peer::take(std::size_t bytes, bool waited) {
  const bool is_short = buffer_.add(bytes);
  state_.last_read_was_short = waited && is_short;
  moved();
}

// From one such read to the next, with what was done about the first one in between: a clock that
// is read before each would tell no more. The first one is taken for brief.
void Peer::note_silence() {
  const TimePoint spoke = std::exchange(state_.spoke, Clock::now());
  if (state_.spoke - spoke >= kBriefSilence) {
    state_.brief_silences = 0;
  } else if (state_.brief_silences < kBriefInARow) {
    ++state_.brief_silences;
  }
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
