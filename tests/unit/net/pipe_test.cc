#include "net/pipe.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>

#include "support/catch.h"
#include "support/fd.h"
#include "tcp_pair.h"

using namespace taskgate;
using namespace taskgate::net;

namespace {

constexpr std::uint64_t kMany = 1024 * 1024;

// Two connected sockets that do not wait.
struct Sockets {
  Sockets() {
    std::array<int, 2> ends{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) == 0);
    near = test::Fd(ends[0]);
    far = test::Fd(ends[1]);
  }
  void send(const std::string& bytes) const {
    REQUIRE(::send(far.get(), bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
  }
  std::string receive() const {
    std::array<char, 256> bytes{};
    const auto count = ::recv(far.get(), bytes.data(), bytes.size(), 0);
    return {bytes.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0))};
  }

  test::Fd near;
  test::Fd far;
};

}  // namespace

TEST_CASE("a pipe carries bytes from socket to socket, and knows what is in it") {
  const Sockets from;
  const Sockets to;
  const auto pipe = Pipe::make();
  REQUIRE(pipe);
  from.send("abcdef");
  CHECK(pipe->fill_from(from.near.get(), 4) == 4);
  CHECK(pipe->held() == 4);
  CHECK(pipe->drain_to(to.near.get()) == 4);
  CHECK(pipe->held() == 0);
  CHECK(to.receive() == "abcd");
  CHECK(pipe->fill_from(from.near.get(), 4) == 2);
  CHECK(pipe->drain_to(to.near.get()) == 2);
  CHECK(to.receive() == "ef");
}

TEST_CASE("a pipe does not wait, and tells the end") {
  Sockets from;
  const auto pipe = Pipe::make();
  REQUIRE(pipe);
  CHECK(pipe->fill_from(from.near.get(), 4) == -1);
  CHECK(errno == EAGAIN);
  from.far = test::Fd();
  CHECK(pipe->fill_from(from.near.get(), 4) == 0);
  CHECK(pipe->held() == 0);
}

TEST_CASE("a byte that was sent as urgent is left out, and hides nothing behind it") {
  asio::io_context loop;
  asio::ip::tcp::socket far(loop);
  asio::ip::tcp::socket near(loop);
  test::connect_pair(loop, far, near);
  near.non_blocking(true);
  const Sockets to;
  const auto pipe = Pipe::make();
  REQUIRE(pipe);
  const auto filled = [&] {
    const auto bytes = pipe->fill_from(near.native_handle(), 100);
    if (bytes > 0) static_cast<void>(pipe->drain_to(to.near.get()));
    return bytes;
  };
  far.send(asio::buffer("ab", 2));
  far.send(asio::buffer("!", 1), MSG_OOB);
  CHECK(filled() == 2);
  CHECK(filled() == -1);
  pollfd waits{near.native_handle(), POLLIN, 0};
  CHECK(::poll(&waits, 1, 0) == 0);
  far.send(asio::buffer("c", 1));
  far.send(asio::buffer("!", 1), MSG_OOB);
  far.send(asio::buffer("d", 1));
  far.close();
  CHECK(filled() == 1);
  CHECK(filled() == 1);
  CHECK(filled() == 0);
  CHECK(pipe->held() == 0);
}

TEST_CASE("there are pipes for many bytes only, and so many at once") {
  Pipes pipes(2);
  CHECK_FALSE(pipes.take(100));
  const auto first = pipes.take(kMany);
  CHECK(first);
  {
    const auto second = pipes.take(kMany);
    CHECK(second);
    CHECK_FALSE(pipes.take(kMany));
  }
  CHECK(pipes.take(kMany));
}

TEST_CASE("without a share of the descriptors there are none") {
  Pipes pipes(0);
  CHECK_FALSE(pipes.take(kMany));
}

TEST_CASE("a pipe is used again unless bytes were left in it") {
  const Sockets from;
  const Sockets to;
  from.send("old");
  Pipes pipes(1);
  {
    const auto pipe = pipes.take(kMany);
    REQUIRE(pipe);
    REQUIRE(pipe->fill_from(from.near.get(), 3) == 3);
  }
  from.send("new");
  const Pipe* used = nullptr;
  {
    const auto pipe = pipes.take(kMany);
    REQUIRE(pipe);
    CHECK(pipe->held() == 0);
    REQUIRE(pipe->fill_from(from.near.get(), 3) == 3);
    REQUIRE(pipe->drain_to(to.near.get()) == 3);
    CHECK(to.receive() == "new");
    used = pipe.get();
  }
  CHECK(pipes.take(kMany).get() == used);
}
