#include "net/linger.h"

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <string>

#include "support/catch.h"
#include "support/deadline.h"
#include "tcp_pair.h"

using namespace taskgate;
using namespace taskgate::net;
using asio::ip::tcp;

namespace {

constexpr std::size_t kNoBound = 64 * 1024 * 1024;

// A connection, of which the accepted side lingers.
struct LingerFixture {
  LingerFixture() {
    test::connect_pair(loop, client, accepted);
    client.non_blocking(true);
  }

  void begin(std::size_t most = kNoBound) {
    const auto is_over = [this] { return over; };
    asio::co_spawn(loop, net::linger(accepted, most, is_over),
                   [this](std::exception_ptr) { has_ended = true; });
    loop.poll();
  }
  // As much as the socket takes.
  std::size_t send_some() {
    static const std::string kBytes(64 * 1024, 'x');
    ErrorCode error;
    return client.write_some(asio::buffer(kBytes), error);
  }
  void run_until_ended() {
    const test::Deadline deadline;
    while (!has_ended && !deadline.passed()) loop.run_one_for(test::kPatience);
    CHECK(has_ended);
  }
  // What the client finds behind all that was sent to it.
  ErrorCode met_by_client() {
    client.non_blocking(false);
    std::array<char, 1024> bytes;
    ErrorCode error;
    while (!error) client.read_some(asio::buffer(bytes), error);
    return error;
  }

  asio::io_context loop{1};
  tcp::socket client{loop};
  TcpSocket accepted{loop};
  bool over = false;
  bool has_ended = false;
};

}  // namespace

TEST_CASE("a client that still sends meets the end of its answer, no reset, whatever it sends") {
  LingerFixture f;
  f.accepted.send(asio::buffer("answer", 6));
  f.send_some();
  f.begin();
  for (std::size_t sent = 0; sent < 4 * 1024 * 1024;) {
    sent += f.send_some();
    f.loop.poll();
  }
  CHECK_FALSE(f.has_ended);
  f.client.shutdown(tcp::socket::shutdown_send);
  f.run_until_ended();
  f.accepted.close();
  CHECK(f.met_by_client() == asio::error::eof);
}

TEST_CASE("lingering ends with so many bytes, though the client would go on") {
  LingerFixture f;
  f.begin(1024 * 1024);
  std::size_t sent = 0;
  for (const test::Deadline deadline; !f.has_ended && !deadline.passed();) {
    sent += f.send_some();
    f.loop.poll();
  }
  CHECK(f.has_ended);
  CHECK(sent >= 1024 * 1024);
}

TEST_CASE("lingering ends with the client's reset, and when its socket is closed or cancelled") {
  LingerFixture f;
  f.begin();
  CHECK_FALSE(f.has_ended);
  const auto way = GENERATE(0, 1, 2);
  if (way == 0) {
    f.client.set_option(asio::socket_base::linger(true, 0));
    f.client.close();
  } else if (way == 1) {
    f.accepted.close();
  } else {
    f.accepted.cancel();
  }
  f.run_until_ended();
}

TEST_CASE("a cancel that comes while bytes are told of is not lost") {
  LingerFixture f;
  f.begin();
  f.over = true;
  f.send_some();
  f.run_until_ended();
}

TEST_CASE("where it is over already nothing is waited for, and the client meets the end") {
  LingerFixture f;
  f.over = true;
  f.begin();
  CHECK(f.has_ended);
  CHECK(f.met_by_client() == asio::error::eof);
}
