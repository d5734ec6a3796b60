// Peers that vanish without a word, on a link between two hosts that is cut; and those that only
// look as if they had. The times are the shipped ones divided by some forty.

#include <boost/asio/post.hpp>
#include <fstream>
#include <future>
#include <thread>

#include "proxy/proxy.h"
#include "support/captured_log.h"
#include "support/catch.h"
#include "support/eventually.h"
#include "support/http_message.h"
#include "support/scripted_upstream.h"
#include "support/temp_dir.h"
#include "support/two_hosts.h"

namespace taskgate::test {
namespace {

using namespace std::chrono_literals;

constexpr net::ProbeTimes kProbes{.idle = 1s, .interval = 1s, .count = 2};
const std::string kGet = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
const std::string kUpgrade =
    "GET / HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n";
const std::string kSwitched =
    "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n";
const std::string kEvents = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";

// The data plane with a loop of its own, listening on the near host's address.
class Plane {
 public:
  explicit Plane(const char* upstream_host, std::uint16_t upstream_port)
      : proxy_(loop_, configuration(upstream_host, upstream_port), metrics_,
               proxy::share_descriptors(1024), kProbes),
        port_(proxy_.local_endpoint().port()) {
    proxy_.start();
    thread_ = std::thread([this] { loop_.run(); });
  }
  ~Plane() {
    asio::post(loop_, [this] {
      proxy_.drain([this] { loop_.stop(); });
      proxy_.stop();
    });
    thread_.join();
  }

  std::uint16_t port() const { return port_; }
  observe::Status status() {
    std::promise<observe::Status> answer;
    asio::post(loop_, [&] { answer.set_value(proxy_.status()); });
    return answer.get_future().get();
  }
  bool counts(const std::string& sample) const {
    return metrics_.render({}).find("\n" + sample + "\n") != std::string::npos;
  }
  void wait_until_empty() {
    eventually("no connection is left", [this] {
      const auto counts = status().connections;
      return counts.idle + counts.active + counts.streams + counts.tunnels == 0;
    });
  }

 private:
  std::shared_ptr<const config::Config> configuration(const char* host, std::uint16_t port) {
    config::Config config;
    config.listen = {TwoHosts::kNear, 0};
    config.upstream = {host, port};
    config.tmux.socket = {dir_ / "socket"};
    config.timeouts.keep_alive = Duration::zero();
    config.timeouts.head = Duration::zero();
    return std::make_shared<const config::Config>(std::move(config));
  }

  TempDir dir_;
  asio::io_context loop_{1};
  observe::Metrics metrics_{{}};
  proxy::Proxy proxy_;
  std::uint16_t port_;
  std::thread thread_;
};

RawConnection far_client(const TwoHosts& hosts, const Plane& plane, int receive_buffer = 0) {
  return RawConnection(
      hosts.on_far([&] { return connect_to_host(TwoHosts::kNear, plane.port(), receive_buffer); }));
}

// An upstream on the near host's loopback, a client on the far host.
struct ClientFar {
  explicit ClientFar(ScriptedUpstream::Script script) : upstream(std::move(script)) {}

  void expect_vanished_client() {
    plane.wait_until_empty();
    CHECK(plane.counts("taskgate_clients_vanished_total 1"));
  }

  TwoHosts hosts;
  ScriptedUpstream upstream;
  Plane plane{"127.0.0.1", upstream.port()};
  RawConnection client = far_client(hosts, plane);
};

// An upstream on the far host that takes one connection, a client on the near one.
struct UpstreamFar {
  TwoHosts hosts;
  Fd listener = hosts.on_far(listen_on_host);
  Plane plane{TwoHosts::kFar, local_port_of(listener.get())};
  RawConnection client{connect_to_host(TwoHosts::kNear, plane.port())};

  RawConnection accepted() {
    RawConnection connection(accept_from(listener));
    connection.read_head();
    return connection;
  }
  void expect_vanished_upstream() {
    eventually("the upstream is found to have vanished", [this] {
      return plane.counts(R"(taskgate_upstream_errors_total{reason="vanished"} 1)");
    });
    CHECK(plane.counts("taskgate_clients_vanished_total 0"));
  }
};

void wait_for_end(RawConnection& connection) {
  connection.peer_closed();
}

}  // namespace

TEST_CASE("a client that vanishes between two requests is found, with nothing or something sent") {
  const bool answered = GENERATE(false, true);
  ClientFar world(answer_with("HTTP/1.1 204 No Content\r\n\r\n"));
  if (answered) {
    world.client.send(kGet);
    world.client.read_head();
  }
  eventually("it is idle", [&] { return world.plane.status().connections.idle == 1; });
  world.hosts.cut();
  world.expect_vanished_client();
}

TEST_CASE("a client that vanishes while its upstream is silent is found") {
  const std::string said = GENERATE(std::string(), kEvents, kSwitched);
  ClientFar world([&](RawConnection& connection) {
    connection.read_head();
    connection.send(said);
    wait_for_end(connection);
  });
  const CapturedLog log;
  world.client.send(said == kSwitched ? kUpgrade : kGet);
  if (!said.empty()) world.client.read_head();
  eventually("the request is with the upstream", [&] { return world.upstream.connections() == 1; });
  world.hosts.cut();
  world.expect_vanished_client();
}

TEST_CASE("a client that vanishes while its upstream goes on sending is found") {
  const std::string said = GENERATE(kEvents, kSwitched);
  const bool noticed = said == kSwitched;
  ClientFar world([&](RawConnection& connection) {
    connection.read_head();
    connection.send(said);
    while (connection.try_send("data: x\n\n")) std::this_thread::sleep_for(50ms);
  });
  world.client.send(said == kSwitched ? kUpgrade : kGet);
  world.client.read_head();
  world.client.read_some();
  world.hosts.cut(noticed);
  world.expect_vanished_client();
}

TEST_CASE("a client that vanishes in the middle of its upload is found") {
  ClientFar world([](RawConnection& connection) { wait_for_end(connection); });
  world.client.send("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab");
  eventually("the request is with the upstream", [&] { return world.upstream.connections() == 1; });
  world.hosts.cut();
  world.expect_vanished_client();
}

TEST_CASE("a client that has closed while its upstream is silent is told from a half-close") {
  const bool tunnel = GENERATE(false, true);
  Flag found;
  ClientFar world([&](RawConnection& connection) {
    connection.read_head();
    if (tunnel) connection.send(kSwitched);
    found.wait("the client is found to be gone");
  });
  world.hosts.on_far([] { std::ofstream("/proc/sys/net/ipv4/tcp_fin_timeout") << 1; });
  world.client.send(tunnel ? kUpgrade : kGet);
  if (tunnel) world.client.read_head();
  eventually("the request is with the upstream", [&] { return world.upstream.connections() == 1; });
  world.client.close();
  world.plane.wait_until_empty();
  found.set();
  CHECK(world.plane.counts("taskgate_clients_vanished_total 0"));
}

TEST_CASE("a client that is there and does not read for longer than the limit misses nothing") {
  const std::string body(8'000'000, 'x');
  TwoHosts hosts;
  ScriptedUpstream upstream(answer_with(
      "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body));
  Plane plane("127.0.0.1", upstream.port());
  RawConnection client = far_client(hosts, plane, 4096);
  client.send(kGet);
  std::this_thread::sleep_for(2 * kProbes.limit());
  CHECK(read_answer(client).body == body);
}

TEST_CASE("a client that does not read and then vanishes is found") {
  const std::string body(8'000'000, 'x');
  ScriptedUpstream::Script script = answer_with(
      "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  TwoHosts hosts;
  ScriptedUpstream upstream(std::move(script));
  Plane plane("127.0.0.1", upstream.port());
  RawConnection client = far_client(hosts, plane, 4096);
  client.send(kGet);
  client.read_head();
  std::this_thread::sleep_for(kProbes.limit() / 2);
  hosts.cut();
  plane.wait_until_empty();
  CHECK(plane.counts("taskgate_clients_vanished_total 1"));
}

TEST_CASE("an upstream that vanishes before its answer is a 504") {
  UpstreamFar world;
  world.client.send(kGet);
  RawConnection upstream = world.accepted();
  world.hosts.cut();
  CHECK(read_answer(world.client).status == 504);
  world.expect_vanished_upstream();
}

TEST_CASE("an upstream that vanishes in its answer, a stream or a tunnel is a visible cut") {
  const std::string said =
      GENERATE(std::string("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab"), kEvents, kSwitched);
  UpstreamFar world;
  world.client.send(said == kSwitched ? kUpgrade : kGet);
  RawConnection upstream = world.accepted();
  upstream.send(said);
  world.client.read_head();
  world.hosts.cut();
  CHECK(world.client.peer_closed());
  world.expect_vanished_upstream();
}

TEST_CASE("an upstream that vanishes while it is sent to is found") {
  UpstreamFar world;
  world.client.send("PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
  RawConnection upstream = world.accepted();
  world.hosts.cut();
  world.client.send("2\r\nab\r\n");
  world.expect_vanished_upstream();
}

}  // namespace taskgate::test
