#include "net/probes.h"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <string>
#include <vector>

#include "net/vanished_peers.h"
#include "support/catch.h"
#include "support/deadline.h"

using namespace taskgate;
using namespace taskgate::net;
using asio::ip::tcp;

namespace {

int option(int descriptor, int level, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  getsockopt(descriptor, level, name, &value, &size);
  return value;
}

std::vector<int> options(int descriptor) {
  return {
      option(descriptor, SOL_SOCKET, SO_KEEPALIVE), option(descriptor, IPPROTO_TCP, TCP_KEEPIDLE),
      option(descriptor, IPPROTO_TCP, TCP_KEEPINTVL), option(descriptor, IPPROTO_TCP, TCP_KEEPCNT),
      option(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT)};
}

// The accepted end sends to a client that has little room and does not read.
struct ProbesFixture {
  ProbesFixture() : client(loop), accepted(loop) {
    tcp::acceptor acceptor(loop, {asio::ip::make_address("127.0.0.1"), 0});
    set_probes(acceptor.native_handle(), {});
    client.open(tcp::v4());
    client.set_option(asio::socket_base::receive_buffer_size(4096));
    client.connect(acceptor.local_endpoint());
    acceptor.accept(accepted);
    accepted.non_blocking(true);
  }

  void fill() {
    ErrorCode error;
    const std::string some(65'536, 'x');
    while (!error) sent += accepted.write_some(asio::buffer(some), error);
  }
  void read_all() {
    std::string all(sent, ' ');
    asio::read(client, asio::buffer(all));
  }
  template <typename Condition>
  void run_until(Condition condition) {
    const test::Deadline deadline;
    while (!condition() && !deadline.passed()) loop.run_one_for(std::chrono::milliseconds(5));
  }
  int limit() { return option(accepted.native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT); }

  asio::io_context loop{1};
  tcp::socket client;
  tcp::socket accepted;
  std::size_t sent = 0;
};

}  // namespace

TEST_CASE("what is accepted inherits the probes of its listening socket") {
  ProbesFixture f;
  CHECK(options(f.accepted.native_handle()) == std::vector{1, 60, 15, 4, 120'000});
}

TEST_CASE("a peer that does not read is held back, one that has read it all is not") {
  ProbesFixture f;
  CHECK(backlog(f.accepted.native_handle()) == Backlog::none);
  f.fill();
  f.run_until([&] { return backlog(f.accepted.native_handle()) == Backlog::held_back; });
  CHECK(backlog(f.accepted.native_handle()) == Backlog::held_back);
  f.read_all();
  f.run_until([&] { return backlog(f.accepted.native_handle()) == Backlog::none; });
  CHECK(backlog(f.accepted.native_handle()) == Backlog::none);
}

TEST_CASE("what is no TCP connection, or open no more, is unknown") {
  ProbesFixture f;
  const int descriptor = f.accepted.native_handle();
  f.accepted.close();
  CHECK(backlog(descriptor) == Backlog::unknown);
  CHECK(since_last_sent(descriptor) == std::chrono::milliseconds::max());
  CHECK_FALSE(takes_vanished(descriptor));
}

TEST_CASE(
    "a peer that does not read is out of the limit on what it has not taken, until it reads") {
  ProbesFixture f;
  const ProbeTimes times{
      .idle = std::chrono::seconds(1), .interval = std::chrono::seconds(1), .count = 1};
  set_probes(f.accepted.native_handle(), times);
  VanishedPeers vanished_peers(f.loop, times);
  vanished_peers.watch(f.accepted.native_handle());
  f.fill();
  f.run_until([&] { return f.limit() == 0; });
  CHECK(f.limit() == 0);
  f.read_all();
  f.run_until([&] { return f.limit() == 2000; });
  CHECK(f.limit() == 2000);
}

TEST_CASE("a loop that watches nobody any more has nothing left to do") {
  ProbesFixture f;
  VanishedPeers vanished_peers(
      f.loop, {.idle = std::chrono::seconds(1), .interval = std::chrono::seconds(0)});
  vanished_peers.watch(f.accepted.native_handle());
  f.accepted.close();
  f.loop.run();
  CHECK(f.loop.stopped());
}
