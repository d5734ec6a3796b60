// Asio promises nothing of what net/until_short.h rests on: where it changes, these cases do not
// compile or do not hold.
#include "net/until_short.h"

#include <array>
#include <optional>
#include <string>

#include "base/task.h"
#include "net/reactor_marks.h"
#include "support/catch.h"
#include "tcp_pair.h"

using namespace taskgate;
using namespace taskgate::net;
using asio::ip::tcp;

namespace {

struct Room {
  asio::mutable_buffer open() noexcept {
    ++opened;
    return place;
  }
  void tried(bool ended) noexcept { has_ended = ended; }

  asio::mutable_buffer place;
  int opened = 0;
  bool has_ended = false;
};

// A connection that is read while its peer has sent its last byte, and its end with it.
struct LastByte {
  LastByte() { test::connect_pair(loop, peer, accepted); }

  // Of a read into so much room; nothing while it waits.
  std::optional<ErrorCode> read(std::size_t size) {
    room = {asio::buffer(bytes, size), 0, false};
    return read_into(UntilShort(room));
  }
  template <typename Buffer>
  std::optional<ErrorCode> read_into(Buffer buffer) {
    ended.reset();
    accepted.async_read_some(buffer, [this](ErrorCode error, std::size_t) { ended = error; });
    return poll();
  }
  std::optional<ErrorCode> poll() {
    loop.restart();
    loop.poll();
    return ended;
  }
  void send_last_byte() {
    peer.send(asio::buffer("x", 1));
    peer.shutdown(tcp::socket::shutdown_send);
  }

  asio::io_context loop{1};
  tcp::socket peer{loop};
  TcpSocket accepted{loop};
  std::array<char, 16> bytes{};
  Room room;
  std::optional<ErrorCode> ended;
};

}  // namespace

TEST_CASE("behind a short read the next one is not tried before epoll tells of something") {
  LastByte f;
  REQUIRE_FALSE(f.read(16));
  f.send_last_byte();
  REQUIRE(f.poll() == ErrorCode());
  CHECK_FALSE(f.read(16));
  f.accepted.async_wait(TcpSocket::wait_error, [](ErrorCode) {});
  CHECK(f.poll() == asio::error::eof);
}

TEST_CASE("behind a short read the next one is tried at once where it is marked to be") {
  LastByte f;
  REQUIRE_FALSE(f.read(16));
  f.send_last_byte();
  REQUIRE(f.poll() == ErrorCode());
  ReactorMarks::read(f.accepted) = true;
  CHECK(f.read(16) == asio::error::eof);
}

TEST_CASE(
    "behind a read that was not short, and one of Asio's own, the next one is tried at once") {
  const bool is_short = GENERATE(true, false);
  LastByte f;
  const auto first = is_short ? f.read_into(asio::buffer(f.bytes)) : f.read(1);
  REQUIRE_FALSE(first);
  f.send_last_byte();
  REQUIRE(f.poll() == ErrorCode());
}

TEST_CASE("a read asks for its room when something has come, and hears of each try") {
  LastByte f;
  REQUIRE_FALSE(f.read(2));
  CHECK(f.room.opened == 1);
  CHECK_FALSE(f.room.has_ended);
  std::array<char, 16> elsewhere{};
  f.room.place = asio::buffer(elsewhere);
  REQUIRE_FALSE(f.poll());
  CHECK(f.room.opened == 1);
  f.peer.send(asio::buffer("abcdefgh", 8));
  REQUIRE(f.poll() == ErrorCode());
  CHECK(f.room.opened == 2);
  CHECK(f.room.has_ended);
  CHECK(std::string(elsewhere.data()) == "abcdefgh");
  CHECK(f.bytes.front() == 0);
}

TEST_CASE("the room of a read that ends hears of it before the reader") {
  LastByte f;
  f.send_last_byte();
  f.room.place = asio::buffer(f.bytes);
  f.accepted.async_read_some(UntilShort(f.room),
                             [&](ErrorCode error, std::size_t) { f.ended = error; });
  CHECK(f.room.has_ended);
  CHECK_FALSE(f.ended);
  CHECK(f.poll() == ErrorCode());
}

TEST_CASE("a read for whose room there is no memory fails") {
  LastByte f;
  REQUIRE_FALSE(f.read(2));
  f.room.place = {};
  f.peer.send(asio::buffer("x", 1));
  CHECK(f.poll() == asio::error::no_memory);
}

TEST_CASE("a read that waits first leaves alone what epoll has told of already") {
  LastByte f;
  Timer work(f.loop, TimePoint::max());  // else the loop would not look
  work.async_wait([](ErrorCode) {});
  f.peer.send(asio::buffer("x", 1));
  f.poll();
  f.room.place = asio::buffer(f.bytes);
  UntilShort room(f.room);
  room.wait_first();
  CHECK_FALSE(f.read_into(room));
  f.peer.send(asio::buffer("y", 1));
  CHECK(f.poll() == ErrorCode());
  CHECK(f.bytes[1] == 'y');
}

TEST_CASE("a reset ends a read that waits, and one that is tried at once") {
  const bool waits = GENERATE(true, false);
  LastByte f;
  if (waits) REQUIRE_FALSE(f.read(16));
  f.peer.set_option(asio::socket_base::linger(true, 0));
  f.peer.close();
  CHECK((waits ? f.poll() : f.read(16)) == asio::error::connection_reset);
}
