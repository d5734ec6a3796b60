#include "net/listen.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstddef>
#include <thread>

#include "support/catch.h"
#include "support/failure.h"
#include "support/loopback.h"

using namespace taskgate;
using namespace taskgate::net;
using asio::ip::tcp;

namespace {

const auto kAnyV6 = asio::ip::address_v6::any();

tcp::endpoint at(const char* address, std::uint16_t port = 0) {
  return {asio::ip::make_address(address), port};
}

struct Listener {
  asio::io_context loop;
  Acceptor acceptor{loop};

  bool takes(const char* address) {
    tcp::socket client(loop);
    ErrorCode error;
    client.connect(at(address, acceptor.local_endpoint().port()), error);
    return !error;
  }
};

// From here on a system call of the calling thread fails where its argument has that value.
void refuse(unsigned call, unsigned argument, unsigned value, unsigned error) {
  const auto offset = offsetof(seccomp_data, args) + argument * sizeof(seccomp_data::args[0]);
  sock_filter steps[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<unsigned>(offset)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog program{std::size(steps), steps};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
    throw test::Failure("this machine allows no seccomp filter");
  }
}

// What listening on "::" comes to in a thread that is refused such a call.
struct Attempt {
  ErrorCode error;
  asio::ip::address address;
  bool takes_ipv4 = false;
};
Attempt listen_where_refused(unsigned call, unsigned argument, unsigned value, unsigned error) {
  Attempt attempt;
  std::thread([&] {
    refuse(call, argument, value, error);
    Listener listener;
    attempt.error = listen(listener.acceptor, "::", 0, {});
    if (attempt.error) return;
    attempt.address = listener.acceptor.local_endpoint().address();
    attempt.takes_ipv4 = listener.takes("127.0.0.1");
  }).join();
  return attempt;
}

}  // namespace

TEST_CASE("all addresses are those of both families, by one socket") {
  Listener listener;
  REQUIRE_FALSE(listen(listener.acceptor, "::", 0, {}));
  CHECK(listener.takes("127.0.0.1"));
  if (listener.acceptor.local_endpoint().address() == kAnyV6) CHECK(listener.takes("::1"));
}

TEST_CASE("where the kernel has no IPv6 all addresses are those of IPv4") {
  const auto attempt =
      GENERATE(listen_where_refused(SYS_socket, 0, AF_INET6, EAFNOSUPPORT),
               listen_where_refused(SYS_bind, 2, sizeof(sockaddr_in6), EADDRNOTAVAIL));
  CHECK_FALSE(attempt.error);
  CHECK(attempt.address == asio::ip::address_v4::any());
  CHECK(attempt.takes_ipv4);
}

TEST_CASE("another error of IPv6 is no reason to listen on IPv4 alone") {
  CHECK(listen_where_refused(SYS_socket, 0, AF_INET6, EMFILE).error == asio::error::no_descriptors);
  CHECK(listen_where_refused(SYS_bind, 2, sizeof(sockaddr_in6), EADDRINUSE).error ==
        asio::error::address_in_use);
}

TEST_CASE("a port that is taken on one family is not taken on the other") {
  const test::Fd taken = test::listen_on_loopback(0, 1);
  Listener listener;
  CHECK(listen(listener.acceptor, "::", test::local_port_of(taken.get()), {}) ==
        asio::error::address_in_use);
  CHECK_FALSE(listener.acceptor.is_open());
}

TEST_CASE("of several addresses the first that can be bound is taken") {
  Listener listener;
  REQUIRE_FALSE(listen(listener.acceptor, {at("192.0.2.1"), at("127.0.0.2"), at("127.0.0.1")}, {}));
  CHECK(listener.acceptor.local_endpoint().address().to_string() == "127.0.0.2");
}

TEST_CASE("where no address can be bound the error is the first one's") {
  const test::Fd taken = test::listen_on_loopback(0, 1);
  const auto in_use = at("127.0.0.1", test::local_port_of(taken.get()));
  Listener listener;
  CHECK(listen(listener.acceptor, {at("192.0.2.1"), in_use}, {}) ==
        boost::system::errc::address_not_available);
  CHECK(listen(listener.acceptor, {in_use, at("192.0.2.1")}, {}) == asio::error::address_in_use);
}

TEST_CASE("what is accepted sends small writes at once, and who finds nobody does not wait") {
  Listener listener;
  REQUIRE_FALSE(listen(listener.acceptor, "127.0.0.1", 0, {}));
  tcp::socket accepted(listener.loop);
  ErrorCode error;
  listener.acceptor.accept(accepted, error);
  CHECK(error == asio::error::would_block);
  tcp::socket client(listener.loop);
  client.connect(listener.acceptor.local_endpoint());
  listener.acceptor.accept(accepted);
  tcp::no_delay at_once;
  accepted.get_option(at_once);
  CHECK(at_once.value());
}

// Asio's accept() would wait for the next client, and the loop with it.
TEST_CASE("a client that has left before it is accepted is not waited for") {
  ErrorCode error;
  std::thread([&] {
    Listener listener;
    if (listen(listener.acceptor, "127.0.0.1", 0, {})) return;
    refuse(SYS_accept, 0, static_cast<unsigned>(listener.acceptor.native_handle()), ECONNABORTED);
    tcp::socket accepted(listener.loop);
    listener.acceptor.accept(accepted, error);
  }).join();
  CHECK(error == asio::error::connection_aborted);
}

TEST_CASE("a name is listened on, and one that stands for nothing is an error") {
  Listener listener;
  CHECK_FALSE(listen(listener.acceptor, "localhost", 0, {}));
  CHECK(listener.acceptor.local_endpoint().address().is_loopback());
  Listener none;
  CHECK(listen(none.acceptor, "nowhere.invalid", 0, {}));
  CHECK_FALSE(none.acceptor.is_open());
}
