#include "proxy/peer.h"

#include <array>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <string_view>

#include "plain_holder.h"
#include "support/catch.h"

using namespace taskgate;
using namespace taskgate::proxy;
using asio::ip::tcp;

namespace {

struct PeerFixture {
  asio::io_context loop{1};
  observe::ConnectionCounts counts;
  Spares spares;
  HeldBytes held{loop, counts, {1024 * 1024, 1024 * 1024}, spares};
  test::PlainHolder holder{held};
  net::Deadlines deadlines{loop};
  asio::basic_socket_acceptor<tcp, Executor> acceptor{loop, {asio::ip::address_v4::loopback(), 0}};

  // The near end of a connection, whose far end becomes `far`.
  TcpSocket accept(TcpSocket& far) {
    far = TcpSocket(loop);
    far.connect(acceptor.local_endpoint());
    return acceptor.accept();
  }
};

}  // namespace

TEST_CASE("what waits for the connection's end arrives, also where bytes come right before it") {
  PeerFixture f;
  TcpSocket far(f.loop);
  Peer peer(f.accept(far), f.deadlines, f.holder, f.spares.answer_buffers);
  Peer::Parts parts{"the ", "answer"};
  REQUIRE(peer.send_last(parts) == Peer::Sent::all);
  far.send(asio::buffer("more", 4));
  peer.close();
  std::array<char, 64> received{};
  ErrorCode error;
  const std::size_t bytes = far.receive(asio::buffer(received), 0, error);
  CHECK_FALSE(error);
  CHECK(std::string_view(received.data(), bytes) == "the answer");
}

// It was forgotten once: the end was told as if something waited for it.
TEST_CASE("a peer that is replaced knows nothing of what was with the one before") {
  PeerFixture f;
  TcpSocket before(f.loop);
  TcpSocket far(f.loop);
  Peer peer(f.accept(before), f.deadlines, f.holder, f.spares.answer_buffers);
  peer.bytes_wait();
  REQUIRE_FALSE(peer.begin_read());
  Peer::Parts parts{"the answer"};
  REQUIRE(peer.send_last(parts) == Peer::Sent::all);
  peer.replace(f.accept(far));
  CHECK(peer.written() == 0);
  CHECK(peer.begin_read());
  far.send(asio::buffer("more", 4));
  peer.close();
  char next = 0;
  ErrorCode error;
  far.receive(asio::buffer(&next, 1), 0, error);
  CHECK(error == asio::error::connection_reset);
}
