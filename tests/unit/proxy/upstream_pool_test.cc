#include "proxy/upstream_pool.h"

#include <deque>

#include "support/catch.h"
#include "support/deadline.h"

using namespace taskgate;
using namespace taskgate::proxy;
using namespace std::chrono_literals;

namespace {

// A pool, and an upstream whose ends of the connections the test holds.
struct PoolFixture {
  explicit PoolFixture(Duration limit = 1h) { pool.set_limit(limit); }

  // A connection that a request has made and is done with.
  TcpSocket connection() {
    TcpSocket ours(loop);
    ours.connect(listener.local_endpoint());
    ours.non_blocking(true);
    upstream.push_back(listener.accept());
    return ours;
  }
  int leave() {
    TcpSocket ours = connection();
    const int descriptor = ours.native_handle();
    pool.put(std::move(ours), pool.generation().value_or(0));
    return descriptor;
  }
  // Which one the next request gets; -1: none.
  int taken() {
    taken_ = pool.take();
    return taken_ ? taken_->native_handle() : -1;
  }
  // The upstream's end of connection `index` sees that ours is closed.
  bool is_closed(std::size_t index) {
    char byte;
    ErrorCode error;
    upstream[index].non_blocking(true);
    upstream[index].receive(asio::buffer(&byte, 1), 0, error);
    return error == asio::error::eof;
  }
  void run_until_idle_are(std::uint64_t count) {
    const test::Deadline deadline;
    while (counts.idle != count && !deadline.passed()) loop.run_one_for(test::kPatience);
    CHECK(counts.idle == count);
  }

  asio::io_context loop{1};
  net::Deadlines deadlines{loop};
  net::HangupWatch watch{loop};
  observe::ConnectionCounts connections;
  Descriptors descriptors{share_descriptors(1024), connections};
  observe::UpstreamCounts counts;
  UpstreamPool pool{deadlines, watch, descriptors, counts};
  asio::basic_socket_acceptor<asio::ip::tcp, Executor> listener{
      loop, asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
  std::deque<TcpSocket> upstream;
  std::optional<TcpSocket> taken_;
};

}  // namespace

TEST_CASE("without a limit no connection is kept") {
  PoolFixture f(0s);
  CHECK_FALSE(f.pool.generation());
  f.leave();
  CHECK(f.is_closed(0));
  CHECK(f.taken() == -1);
}

TEST_CASE("the connection that was left last is taken first") {
  PoolFixture f;
  const int first = f.leave();
  const int second = f.leave();
  CHECK(f.counts.idle == 2);
  CHECK(f.taken() == second);
  CHECK(f.taken() == first);
  CHECK(f.taken() == -1);
  CHECK(f.counts.idle == 0);
}

TEST_CASE("a connection on which something has come unasked is closed, not taken") {
  PoolFixture f;
  const int first = f.leave();
  f.leave();
  f.upstream[1].send(asio::buffer("HTTP/1.1 200 OK\r\n\r\n", 19));
  CHECK(f.taken() == first);
  CHECK(f.pool.take() == std::nullopt);
}

TEST_CASE("a connection that the upstream has ended is not taken") {
  PoolFixture f;
  f.leave();
  f.upstream[0].shutdown(TcpSocket::shutdown_send);
  CHECK(f.taken() == -1);
  CHECK(f.is_closed(0));
}

TEST_CASE("a connection that the upstream ends is closed before anybody asks for one") {
  PoolFixture f;
  const int first = f.leave();
  f.leave();
  f.upstream[1].close();
  f.run_until_idle_are(1);
  CHECK(f.taken() == first);
}

TEST_CASE("a connection that nobody uses for the limit is closed") {
  PoolFixture f(1ms);
  f.leave();
  f.leave();
  f.run_until_idle_are(0);
  CHECK(f.is_closed(0));
  CHECK(f.is_closed(1));
}

TEST_CASE("a new limit holds for the connections that are kept already") {
  const auto lower = GENERATE(values<Duration>({0s, 1ms}));
  PoolFixture f;
  f.leave();
  f.pool.set_limit(lower);
  f.run_until_idle_are(0);
  CHECK(f.is_closed(0));
}

TEST_CASE("beyond the most that are kept the oldest one is closed") {
  PoolFixture f;
  for (std::size_t i = 0; i < UpstreamPool::kMost; ++i) f.leave();
  CHECK_FALSE(f.is_closed(0));
  const int last = f.leave();
  CHECK(f.counts.idle == UpstreamPool::kMost);
  CHECK(f.is_closed(0));
  CHECK_FALSE(f.is_closed(1));
  CHECK(f.taken() == last);
}

TEST_CASE("the oldest ones are closed where clients and requests need their descriptors") {
  PoolFixture f;
  f.leave();
  f.leave();
  f.connections.active = 423;  // 846 of the 848 that connections have
  f.pool.make_room();
  CHECK(f.counts.idle == 2);
  f.connections.idle = 1;
  f.pool.make_room();
  CHECK(f.is_closed(0));
  CHECK_FALSE(f.is_closed(1));
  f.connections.active = 500;
  f.pool.make_room();
  CHECK(f.is_closed(1));
}

TEST_CASE("when the upstream is another one its connections are closed, also those in use") {
  PoolFixture f;
  const auto before = f.pool.generation();
  f.leave();
  TcpSocket in_use = f.connection();
  f.pool.begin_generation();
  CHECK(f.is_closed(0));
  f.pool.put(std::move(in_use), *before);
  CHECK(f.is_closed(1));
  const int newer = f.leave();
  CHECK(f.taken() == newer);
}

TEST_CASE("a drain closes all and keeps none, whatever a reload says") {
  PoolFixture f;
  f.leave();
  f.pool.drain();
  CHECK(f.is_closed(0));
  f.pool.set_limit(1h);
  CHECK_FALSE(f.pool.generation());
  f.leave();
  CHECK(f.is_closed(1));
}
