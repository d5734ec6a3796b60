#include "net/parking.h"

#include <unistd.h>

#include <boost/asio/write.hpp>
#include <functional>
#include <vector>

#include "support/catch.h"
#include "support/deadline.h"
#include "tcp_pair.h"

using namespace taskgate;
using namespace taskgate::net;
using namespace std::chrono_literals;
using asio::ip::tcp;

namespace {

struct Pair {
  explicit Pair(asio::io_context& loop) : client(loop), accepted(loop) {
    test::connect_pair(loop, client, accepted);
  }
  bool client_is_closed() {
    char byte = 0;
    ErrorCode error;
    client.read_some(asio::buffer(&byte, 1), error);
    return error == asio::error::eof;
  }

  tcp::socket client;
  TcpSocket accepted;
};

struct ParkingFixture {
  ~ParkingFixture() {
    for (const int descriptor : resumed) ::close(descriptor);
  }
  template <typename Condition>
  void run_until(Condition condition) {
    const test::Deadline deadline;
    while (!condition() && !deadline.passed()) loop.run_one_for(test::kPatience);
  }

  asio::io_context loop{1};
  std::uint64_t idle = 0;
  std::function<void(int)> on_ready = [this](int descriptor) { resumed.push_back(descriptor); };
  Parking parking{loop, idle, [this](int descriptor) { on_ready(descriptor); }, [] {}};
  std::vector<int> resumed;
};

}  // namespace

TEST_CASE("what is parked goes on when its client sends, with the descriptor that it had") {
  ParkingFixture f;
  Pair silent(f.loop);
  Pair pair(f.loop);
  const int descriptor = pair.accepted.native_handle();
  f.parking.park(silent.accepted, 0s);
  f.parking.park(pair.accepted, 0s);
  CHECK_FALSE(pair.accepted.is_open());
  CHECK(f.parking.size() == 2);
  CHECK(f.idle == 2);
  asio::write(pair.client, asio::buffer("x", 1));
  f.run_until([&] { return !f.resumed.empty(); });
  CHECK(f.resumed == std::vector<int>{descriptor});
  CHECK(f.parking.size() == 1);
  CHECK(f.idle == 1);
}

TEST_CASE("a crowd is parked sooner, and those who are parked are of no crowd") {
  ParkingFixture f;
  f.idle = 64;
  const Duration usual = f.parking.patience();
  Pair pair(f.loop);
  f.parking.park(pair.accepted, 0s);
  CHECK(f.parking.patience() == usual);
  ++f.idle;
  CHECK(f.parking.patience() < usual);
}

TEST_CASE("what came before it was parked is seen too") {
  ParkingFixture f;
  Pair pair(f.loop);
  asio::write(pair.client, asio::buffer("x", 1));
  f.parking.park(pair.accepted, 0s);
  f.run_until([&] { return !f.resumed.empty(); });
  CHECK(f.resumed.size() == 1);
}

TEST_CASE("who leaves without a word is let go, and nobody goes on with it") {
  const bool reset = GENERATE(false, true);
  ParkingFixture f;
  Pair pair(f.loop);
  f.parking.park(pair.accepted, 0s);
  if (reset) pair.client.set_option(asio::socket_base::linger(true, 0));
  pair.client.close();
  f.run_until([&] { return f.parking.size() == 0; });
  CHECK(f.resumed.empty());
  CHECK(f.idle == 0);
}

TEST_CASE("the last request of a client that sends nothing more is still served") {
  ParkingFixture f;
  Pair pair(f.loop);
  f.parking.park(pair.accepted, 0s);
  asio::write(pair.client, asio::buffer("x", 1));
  pair.client.shutdown(tcp::socket::shutdown_send);
  f.run_until([&] { return f.parking.size() == 0; });
  CHECK(f.resumed.size() == 1);
}

TEST_CASE("each is closed at its own time, in whatever order they were parked") {
  ParkingFixture f;
  Pair patient(f.loop);
  Pair later(f.loop);
  Pair sooner(f.loop);
  f.parking.park(patient.accepted, 0s);
  f.parking.park(later.accepted, 40ms);
  f.parking.park(sooner.accepted, 10ms);
  f.run_until([&] { return f.parking.size() == 2; });
  CHECK(sooner.client_is_closed());
  f.run_until([&] { return f.parking.size() == 1; });
  CHECK(later.client_is_closed());
  CHECK(f.idle == 1);
  CHECK(f.resumed.empty());
}

TEST_CASE("all are closed at once, also from within a wake-up") {
  ParkingFixture f;
  Pair a(f.loop);
  Pair b(f.loop);
  f.on_ready = [&](int descriptor) {
    f.resumed.push_back(descriptor);
    f.parking.close_all();
  };
  f.parking.park(a.accepted, 1h);
  f.parking.park(b.accepted, 1h);
  asio::write(a.client, asio::buffer("x", 1));
  asio::write(b.client, asio::buffer("x", 1));
  f.run_until([&] { return f.parking.size() == 0; });
  f.loop.poll();
  CHECK(f.resumed.size() == 1);
  CHECK(f.idle == 0);
}
