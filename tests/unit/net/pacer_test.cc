#include "net/pacer.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <memory>
#include <vector>

#include "support/catch.h"

using namespace taskgate;
using namespace taskgate::net;
using asio::ip::tcp;

namespace {

// A listener with a backlog that nobody accepts from, and connects that ask the pacer first.
struct PacerFixture {
  explicit PacerFixture(int backlog) : acceptor(loop, {asio::ip::make_address("127.0.0.1"), 0}) {
    acceptor.listen(backlog);
    upstream = acceptor.local_endpoint();
    pacer = std::make_unique<Pacer>(loop, upstream);
  }

  struct Connect {
    explicit Connect(asio::io_context& io) : socket(io) {}
    tcp::socket socket;
    Pacer::Token token;
    bool granted = false;
    bool ended = false;
  };

  Connect& ask(Duration limit = std::chrono::hours(1)) {
    connects.push_back(std::make_unique<Connect>(loop));
    asio::co_spawn(loop, run(*connects.back(), Clock::now() + limit), asio::detached);
    return *connects.back();
  }

  Task<> run(Connect& connect, TimePoint deadline) {
    connect.granted = co_await pacer->acquire(connect.token, deadline);
    ErrorCode ignored;
    if (connect.granted) connect.socket.connect(upstream, ignored);
    connect.ended = true;
  }

  int granted() const {
    int count = 0;
    for (const auto& connect : connects) count += connect->granted;
    return count;
  }

  // A loop that ran out of work is stopped until it is restarted.
  void run_ready() {
    loop.restart();
    loop.poll();
  }

  asio::io_context loop{1};
  // As an upstream does that reads no request yet.
  void accept(int count) {
    for (int i = 0; i < count; ++i) accepted.push_back(acceptor.accept());
  }

  tcp::acceptor acceptor;
  tcp::endpoint upstream;
  std::vector<tcp::socket> accepted;
  std::unique_ptr<Pacer> pacer;
  std::vector<std::unique_ptr<Connect>> connects;
};

}  // namespace

TEST_CASE("as many connects go at once as the listener's backlog holds, less one") {
  PacerFixture f(5);
  for (int i = 0; i < 10; ++i) f.ask();
  f.run_ready();
  CHECK(f.granted() == 4);
}

TEST_CASE("a connect that was answered lets the next one go, in the order of asking") {
  PacerFixture f(3);
  for (int i = 0; i < 4; ++i) f.ask();
  f.run_ready();
  REQUIRE(f.granted() == 2);
  f.connects[0]->token.release();
  f.run_ready();
  CHECK(f.connects[2]->granted);
  CHECK_FALSE(f.connects[3]->granted);
}

TEST_CASE("slow answers do not hold others up as long as the accept queue has room") {
  PacerFixture f(3);
  for (int i = 0; i < 7; ++i) f.ask();
  for (int taken = 0; taken < 6; taken += 2) {
    while (f.granted() < taken + 2) f.loop.run_one();
    f.accept(2);
  }
  while (f.granted() < 7) f.loop.run_one();
  CHECK(f.granted() == 7);
}

TEST_CASE("a full accept queue holds connects back") {
  PacerFixture f(2);
  std::vector<std::unique_ptr<tcp::socket>> queued;
  for (int i = 0; i < 1; ++i) {
    queued.push_back(std::make_unique<tcp::socket>(f.loop));
    queued.back()->connect(f.acceptor.local_endpoint());
  }
  f.ask();
  auto& held = f.ask(std::chrono::milliseconds(120));
  while (!held.ended) f.loop.run_one();
  CHECK(f.granted() == 1);
  f.accept(2);
  auto& next = f.ask();
  while (!next.ended) f.loop.run_one();
  CHECK(next.granted);
}

TEST_CASE("who gives up waiting leaves the line to the others") {
  PacerFixture f(2);
  f.ask();
  auto& leaver = f.ask(std::chrono::milliseconds(1));
  auto& stayer = f.ask();
  while (!leaver.ended) f.loop.run_one();
  CHECK_FALSE(leaver.granted);
  f.connects[0]->token.release();
  while (!stayer.ended) f.loop.run_one();
  CHECK(stayer.granted);
}

TEST_CASE("an upstream that does not listen here is not paced by a queue that cannot be seen") {
  PacerFixture f(5);
  f.acceptor.close();
  for (int i = 0; i < 20; ++i) f.ask();
  f.run_ready();
  CHECK(f.granted() == 20);
}

TEST_CASE("who finds no token looks at the accept queue at once, and waits for nobody's answer") {
  PacerFixture f(3);
  f.ask();
  f.ask();
  f.run_ready();
  REQUIRE(f.granted() == 2);
  f.accept(2);
  auto& next = f.ask();
  f.run_ready();
  CHECK(next.granted);
}
