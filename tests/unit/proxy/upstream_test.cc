#include "proxy/upstream.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <future>

#include "support/captured_log.h"
#include "support/catch.h"

using namespace taskgate;
using namespace taskgate::proxy;
using asio::ip::tcp;
using observe::UpstreamError;

namespace {

using Acceptor = asio::basic_socket_acceptor<tcp, Executor>;
using Result = std::optional<UpstreamError>;

tcp::endpoint loopback(std::uint16_t port = 0) {
  return {asio::ip::address_v4::loopback(), port};
}

struct Holder : HeldBytes::Holder {
  using HeldBytes::Holder::Holder;
  bool give_way() override { return false; }
};

// An upstream named "coder", whose addresses the test says.
struct Fixture {
  Fixture() { closed.bind(loopback()); }

  static config::Config configuration(const tcp::endpoint& endpoint) {
    config::Config config;
    config.upstream = {"127.0.0.1", endpoint.port()};
    return config;
  }
  void stands_for(net::Endpoints endpoints) {
    upstream.set_endpoints({"coder", 80}, std::move(endpoints));
  }
  Result connect() {
    std::optional<Result> result;
    Peer peer(TcpSocket(loop), deadlines, holder, kBufferForAnswers);
    asio::co_spawn(loop, connect(peer, result), asio::detached);
    loop.restart();
    while (!result) loop.run_one();
    return *result;
  }
  Task<> connect(Peer& peer, std::optional<Result>& result) {
    net::Pacer::Token token;
    result = co_await upstream.connect(peer, token, std::chrono::seconds(30));
  }
  // Returns when the look-ups that are under way have been answered: a loop has one thread for all
  // of them, which takes them in turn.
  void end_lookups() {
    bool ended = false;
    net::Resolver resolver(loop);
    net::resolve(resolver, "localhost", 1, [&ended](auto&&...) { ended = true; });
    loop.restart();
    while (!ended) loop.run_one();
  }
  // Where the last connection came from is of no interest, only that it came here.
  bool has_come() {
    open.non_blocking(true);
    ErrorCode error;
    const TcpSocket socket = open.accept(error);
    return !error;
  }

  asio::io_context loop{1};
  Acceptor open{loop, loopback()};
  // Bound and not listening: it refuses, and nobody else gets its port.
  Acceptor closed{loop, tcp::v4()};
  net::Deadlines deadlines{loop};
  net::HangupWatch watch{loop};
  net::Peers peers{loop, {}};
  observe::ConnectionCounts connections;
  Descriptors descriptors{share_descriptors(1024), connections};
  observe::UpstreamCounts counts;
  HeldBytes held{loop, connections, {1 << 20, 1 << 20}};
  Holder holder{held};
  config::Config config = configuration(open.local_endpoint());
  Upstream upstream{loop, config, descriptors, deadlines, watch, peers, counts};
};

std::string text_of(const tcp::endpoint& endpoint) {
  return config::to_string({endpoint.address().to_string(), endpoint.port()});
}

}  // namespace

TEST_CASE("an address that refuses is followed by the next, which comes first from then on") {
  Fixture f;
  const auto refusing = f.closed.local_endpoint();
  const auto taking = f.open.local_endpoint();
  f.stands_for({refusing, taking});
  CHECK(f.upstream.text() == "coder:80 (" + text_of(refusing) + ", " + text_of(taking) + ")");
  CHECK(f.connect() == std::nullopt);
  CHECK(f.has_come());
  CHECK(f.upstream.text() == "coder:80 (" + text_of(taking) + ", " + text_of(refusing) + ")");
  CHECK(f.connect() == std::nullopt);
  CHECK(f.counts.fresh == 2);
}

TEST_CASE("an address that cannot even be tried is followed by the next") {
  Fixture f;
  f.stands_for({{asio::ip::address_v4::broadcast(), 80}, f.open.local_endpoint()});
  CHECK(f.connect() == std::nullopt);
  CHECK(f.has_come());
}

TEST_CASE("where no address answers the error is the one that says most") {
  Fixture f;
  const tcp::endpoint broadcast{asio::ip::address_v4::broadcast(), 80};
  f.stands_for({broadcast, f.closed.local_endpoint(), broadcast});
  CHECK(f.connect() == UpstreamError::connect_refused);
  f.stands_for({broadcast});
  CHECK(f.connect() == UpstreamError::connect_failed);
}

TEST_CASE("the same addresses in another order keep the one that answered last in front") {
  Fixture f;
  const auto refusing = f.closed.local_endpoint();
  const auto taking = f.open.local_endpoint();
  f.stands_for({taking, refusing});
  f.stands_for({refusing, taking});
  CHECK(f.upstream.text() == "coder:80 (" + text_of(taking) + ", " + text_of(refusing) + ")");
}

TEST_CASE("a name is looked up on the loop, and the addresses so far stay until the answer") {
  Fixture f;
  const auto before = f.upstream.text();
  f.upstream.set_address({"localhost", 81});
  CHECK(f.upstream.text() == before);
  f.end_lookups();
  CHECK(f.upstream.text().find("localhost:81 (") == 0);
  CHECK(f.upstream.text().find("127.0.0.1:81") != std::string::npos);
}

TEST_CASE("a name that cannot be looked up leaves the addresses so far, and is told") {
  test::CapturedLog log;
  Fixture f;
  const auto before = f.upstream.text();
  f.upstream.set_address({"nowhere.invalid", 81});
  f.end_lookups();
  CHECK(f.upstream.text() == before);
  CHECK(log.text().find(
            R"("event":"upstream_unresolved","upstream":"nowhere.invalid:81","reason":")") !=
        std::string::npos);
  CHECK(f.connect() == std::nullopt);
}

TEST_CASE("what an earlier look-up finds counts no more") {
  Fixture f;
  f.upstream.set_address({"localhost", 81});
  f.upstream.set_address({"127.0.0.1", 82});
  f.end_lookups();
  CHECK(f.upstream.text() == "127.0.0.1:82");
}
