#include "proxy/upstream.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <future>

#include "plain_holder.h"
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

// An upstream named "coder", whose addresses the test says.
struct UpstreamFixture {
  explicit UpstreamFixture(const std::string& host = "127.0.0.1",
                           net::NameLookup::Pauses given = {})
      : config(configuration(host)), pauses(given) {
    closed.bind(loopback());
    end_lookup();
  }

  config::Config configuration(const std::string& host) const {
    config::Config named;
    named.upstream = {host, open.local_endpoint().port()};
    named.timeouts.upstream_keep_alive = std::chrono::minutes(1);
    return named;
  }
  bool stands_for(net::Endpoints endpoints) {
    return upstream.set_endpoints({"coder", 80}, std::move(endpoints));
  }
  Result connect() {
    std::optional<Result> result;
    Peer peer(TcpSocket(loop), deadlines, holder, spares.answer_buffers);
    asio::co_spawn(loop, connect(peer, result), asio::detached);
    loop.restart();
    while (!result) loop.run_one();
    return *result;
  }
  Task<> connect(Peer& peer, std::optional<Result>& result) {
    net::Pacer::Token token;
    result = co_await upstream.connect(peer, token, std::chrono::seconds(30));
  }
  // Returns when the address that was set last has been looked up.
  void end_lookup() {
    const auto work = asio::make_work_guard(loop);
    loop.restart();
    while (upstream.looks_up()) loop.run_one();
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
  Spares spares;
  net::HangupWatch watch{loop};
  net::VanishedPeers vanished_peers{loop, {}};
  observe::ConnectionCounts connections;
  Descriptors descriptors{share_descriptors(1024), connections};
  observe::UpstreamCounts counts;
  HeldBytes held{loop, connections, {1 << 20, 1 << 20}, spares};
  test::PlainHolder holder{held};
  config::Config config;
  net::NameLookup::Pauses pauses;
  Upstream upstream{loop, config, descriptors, deadlines, watch, vanished_peers, counts, pauses};
};

std::string text_of(const tcp::endpoint& endpoint) {
  return config::to_string({endpoint.address().to_string(), endpoint.port()});
}

}  // namespace

TEST_CASE("an address that refuses is followed by the next, which comes first from then on") {
  UpstreamFixture f;
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
  UpstreamFixture f;
  f.stands_for({{asio::ip::address_v4::broadcast(), 80}, f.open.local_endpoint()});
  CHECK(f.connect() == std::nullopt);
  CHECK(f.has_come());
}

TEST_CASE("where no address answers the error is the one that says most") {
  UpstreamFixture f;
  const tcp::endpoint broadcast{asio::ip::address_v4::broadcast(), 80};
  f.stands_for({broadcast, f.closed.local_endpoint(), broadcast});
  CHECK(f.connect() == UpstreamError::connect_refused);
  f.stands_for({broadcast});
  CHECK(f.connect() == UpstreamError::connect_failed);
}

TEST_CASE("the same addresses in another order keep the one that answered last in front") {
  UpstreamFixture f;
  const auto refusing = f.closed.local_endpoint();
  const auto taking = f.open.local_endpoint();
  f.stands_for({taking, refusing});
  f.stands_for({refusing, taking});
  CHECK(f.upstream.text() == "coder:80 (" + text_of(taking) + ", " + text_of(refusing) + ")");
}

TEST_CASE("a name that gives some of its addresses at a time is no other upstream each time") {
  UpstreamFixture f;
  const auto other = loopback(1);
  const auto refusing = f.closed.local_endpoint();
  const auto taking = f.open.local_endpoint();
  for (const auto& first : {net::Endpoints{taking, other}, net::Endpoints{other, refusing}}) {
    CHECK(f.stands_for(first));
  }
  const auto generation = f.upstream.pool().generation();
  CHECK(generation);
  for (const auto& again : {net::Endpoints{refusing, taking}, net::Endpoints{other, taking},
                            net::Endpoints{other, refusing}}) {
    CHECK_FALSE(f.stands_for(again));
    CHECK(f.upstream.pool().generation() == generation);
  }
  CHECK(f.stands_for({loopback(2)}));
  CHECK(f.upstream.pool().generation() != generation);
}

TEST_CASE("a request on a connection that was left asks for the name again, too") {
  UpstreamFixture f("localhost", {.renewal = Duration::zero()});
  CHECK_FALSE(f.upstream.looks_up());
  f.upstream.reuse();
  CHECK(f.upstream.looks_up());
}

TEST_CASE("a name is looked up on the loop, and the addresses so far stay until the answer") {
  UpstreamFixture f;
  const auto before = f.upstream.text();
  f.upstream.set_address({"localhost", 81});
  CHECK(f.upstream.text() == before);
  f.end_lookup();
  CHECK(f.upstream.text().find("localhost:81 (") == 0);
  CHECK(f.upstream.text().find("127.0.0.1:81") != std::string::npos);
}

TEST_CASE("a name that cannot be looked up leaves the addresses so far, and is told") {
  test::CapturedLog log;
  UpstreamFixture f;
  const auto before = f.upstream.text();
  f.upstream.set_address({"nowhere.invalid", 81});
  f.end_lookup();
  CHECK(f.upstream.text() == before);
  CHECK(log.text().find(
            R"("event":"upstream_unresolved","upstream":"nowhere.invalid:81","reason":")") !=
        std::string::npos);
  CHECK(f.connect() == std::nullopt);
}

TEST_CASE("without any address a request fails at once, and goes on as soon as there is one") {
  test::CapturedLog log;
  UpstreamFixture f("nowhere.invalid");
  CHECK(f.upstream.text() == config::to_string(f.config.upstream) + " (not resolved)");
  CHECK(f.connect() == UpstreamError::unresolved);
  CHECK(log.text().find(R"("in_use":"none")") != std::string::npos);
  f.upstream.set_address({"localhost", f.config.upstream.port});
  f.end_lookup();
  CHECK(log.text().find(R"("event":"upstream_resolved")") != std::string::npos);
  CHECK(f.connect() == std::nullopt);
  CHECK(f.has_come());
}

TEST_CASE("it is told when an upstream stands for other addresses than before") {
  test::CapturedLog log;
  UpstreamFixture f("localhost");
  CHECK(log.text().empty());
  f.upstream.set_address({"localhost", 81});
  f.end_lookup();
  CHECK(log.text().find(R"("event":"upstream_resolved","upstream":"localhost:81 ()") !=
        std::string::npos);
}

TEST_CASE("what an earlier look-up finds counts no more") {
  UpstreamFixture f;
  f.upstream.set_address({"localhost", 81});
  f.upstream.set_address({"127.0.0.1", 82});
  f.end_lookup();
  CHECK(f.upstream.text() == "127.0.0.1:82");
}

TEST_CASE("what version one upstream speaks says nothing of the next") {
  UpstreamFixture f;
  f.stands_for({loopback(81)});
  f.upstream.saw_version(0);
  f.stands_for({loopback(82)});
  CHECK(f.upstream.speaks_http10());
  f.upstream.set_address({"127.0.0.1", 82});
  f.end_lookup();
  CHECK_FALSE(f.upstream.speaks_http10());
}
