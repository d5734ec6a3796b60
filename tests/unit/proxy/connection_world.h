// Requests through the data plane on one loop and one thread, with a client and an upstream of
// which the test makes every step.
#pragma once

#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "proxy/connection.h"
#include "support/captured_log.h"
#include "support/catch.h"
#include "support/deadline.h"
#include "support/segments.h"
#include "support/temp_dir.h"

namespace taskgate::proxy::test {

using asio::ip::tcp;
using Acceptor = asio::basic_socket_acceptor<tcp, Executor>;

inline constexpr std::size_t kDescriptors = 1024;

// The far end of one of the gate's connections.
class FarEnd {
 public:
  enum class End : std::uint8_t { none, closed, reset };

  explicit FarEnd(TcpSocket socket) : socket_(std::move(socket)) {
    socket_.non_blocking(true);
    received_.reserve(64 * 1024);  // no allocation of its own is one that is to fail
  }

  // No more than the socket's buffer takes at once.
  void send(std::string_view bytes) {
    REQUIRE(socket_.send(asio::buffer(bytes.data(), bytes.size())) == bytes.size());
  }
  // As much as it takes at once, and how much that was.
  std::size_t send_some(std::string_view bytes) {
    ErrorCode full;
    return socket_.send(asio::buffer(bytes.data(), bytes.size()), 0, full);
  }
  // At most so much of what has come.
  void take(std::size_t most) {
    std::string bytes(most, ' ');
    ErrorCode none_yet;
    received_.append(bytes, 0, socket_.receive(asio::buffer(bytes), 0, none_yet));
  }
  void send_urgent(char byte) { REQUIRE(socket_.send(asio::buffer(&byte, 1), MSG_OOB) == 1); }
  const std::string& received() {
    read();
    return received_;
  }
  bool has(std::string_view text) { return received().find(text) != std::string::npos; }
  End end() {
    read();
    return end_;
  }
  bool ended() { return end() != End::none; }
  std::uint32_t segments() { return taskgate::test::segments_received(socket_.native_handle()); }

  void half_close() { socket_.shutdown(TcpSocket::shutdown_send); }
  void close() { socket_.close(); }
  void reset() {
    socket_.set_option(asio::socket_base::linger(true, 0));
    socket_.close();
  }

 private:
  void read() {
    std::array<char, 4096> buffer;
    ErrorCode error;
    while (end_ == End::none) {
      const std::size_t bytes = socket_.receive(asio::buffer(buffer), 0, error);
      if (error == asio::error::would_block) return;
      received_.append(buffer.data(), bytes);
      if (error) end_ = error == asio::error::eof ? End::closed : End::reset;
    }
  }

  TcpSocket socket_;
  std::string received_;
  End end_ = End::none;
};

class World {
 public:
  explicit World(int limit = 12) : World(with_limit(limit), true) {}
  static World without_upstream() { return World(with_limit(12), false); }
  // No slot ever comes free.
  static World with_line() {
    config::Config config = with_limit(0);
    config.classes = {{.name = "default", .wait = std::chrono::hours(1)}};
    return World(std::move(config), true);
  }
  ~World() {
    if (connection_ != nullptr) connection_->interrupt();
    until("all is served", [this] { return connection_ == nullptr; });
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  FarEnd connect() {
    TcpSocket far(loop_);
    far.connect(front_.local_endpoint());
    asio::co_spawn(loop_, serve(front_.accept()), asio::detached);
    return FarEnd(std::move(far));
  }
  // The upstream's end of a connection that the gate makes.
  FarEnd accept() {
    std::optional<TcpSocket> socket;
    until("the upstream is connected", [&] {
      ErrorCode error;
      TcpSocket come = upstream_.accept(error);
      if (!error) socket.emplace(std::move(come));
      return socket.has_value();
    });
    return FarEnd(std::move(*socket));
  }
  bool has_come() {
    ErrorCode error;
    const TcpSocket come = upstream_.accept(error);
    return !error;
  }

  template <typename Condition>
  void until(const std::string& what, Condition condition) {
    const taskgate::test::Deadline deadline;
    while (!condition()) {
      INFO("not in time: " << what);
      REQUIRE_FALSE(deadline.passed());
      loop_.restart();
      loop_.run_one_for(std::chrono::milliseconds(10));
    }
  }
  // Whatever can go on without anybody from outside goes on.
  void settle() {
    loop_.restart();
    while (loop_.poll() > 0) continue;
  }
  void run_for(Duration time) {
    loop_.restart();
    loop_.run_for(time);
  }
  void until_has(FarEnd& peer, const std::string& text) {
    until(text, [&] { return peer.has(text); });
  }
  // Messages, each of which comes before the next one goes.
  void pass_messages(FarEnd& from, FarEnd& to, int count) {
    for (int message = 0; message < count; ++message) {
      const std::string text = "<" + std::to_string(message) + ">";
      from.send(text);
      until_has(to, text);
    }
  }
  void until_ended(FarEnd& peer) {
    until("the end of a connection", [&] { return peer.ended(); });
  }
  bool is_served() const { return connection_ == nullptr; }
  void until_served() {
    until("the connection is served", [this] { return is_served(); });
  }

  void until_in_line() {
    until("a create stands in line",
          [this] { return services_->admission.snapshot_with_holders().line.size() == 1; });
  }

  std::vector<net::Pipes::Lease> take_all_pipes() {
    std::vector<net::Pipes::Lease> all;
    while (net::Pipes::Lease pipe = services_->pipes.take(net::Pipe::kPiece)) {
      all.push_back(std::move(pipe));
    }
    return all;
  }

  HeldBytes& held() { return services_->held; }
  // The line of the request that was under way. All of them are logged from here on.
  void log_all() {
    reload([](config::Config& config) { config.log.access = config::AccessLog::all; });
  }
  std::string line() {
    until_served();
    return log_.text();
  }
  void spawn(Task<> task) { asio::co_spawn(loop_, std::move(task), asio::detached); }
  void interrupt() { connection_->interrupt(); }
  void end_if_silent() { connection_->end_if_silent(); }
  void drain() { services_->admission.drain(); }
  void reload(const std::function<void(config::Config&)>& change) {
    config::Config config = *services_->config;
    change(config);
    services_->config = std::make_shared<const config::Config>(std::move(config));
    services_->admission.configure(*services_->config);
    services_->held.set_limits(held_limits(*services_->config));
  }
  gate::Snapshot gate() const { return services_->admission.snapshot(); }
  bool counts(const std::string& sample) const {
    return metrics_.render({}).find("\n" + sample + "\n") != std::string::npos;
  }
  bool failed(const std::string& reason) const {
    return counts("taskgate_upstream_errors_total{reason=\"" + reason + "\"} 1");
  }

 private:
  World(config::Config config, bool listens) {
    bind(front_);
    bind(upstream_);
    front_.listen();
    if (listens) upstream_.listen();
    upstream_.non_blocking(true);
    services_.emplace(
        loop_, placed(std::move(config)), metrics_, share_descriptors(kDescriptors), [](int) {},
        net::ProbeTimes{});
  }
  static void bind(Acceptor& acceptor) {
    acceptor.open(tcp::v4());
    acceptor.bind({asio::ip::address_v4::loopback(), 0});
  }
  static config::Config with_limit(int limit) {
    config::Config config;
    config.limit = limit;
    return config;
  }
  std::shared_ptr<const config::Config> placed(config::Config config) const {
    config.upstream = {"127.0.0.1", upstream_.local_endpoint().port()};
    config.tmux.socket = {dir_ / "socket"};
    return std::make_shared<const config::Config>(std::move(config));
  }
  Task<> serve(TcpSocket socket) {
    try {
      Connection connection(*services_, std::move(socket), false);
      connection_ = &connection;
      co_await connection.serve();
    } catch (const std::bad_alloc&) {
    }
    connection_ = nullptr;
  }

  taskgate::test::CapturedLog log_;
  taskgate::test::TempDir dir_;
  asio::io_context loop_{1};
  Acceptor front_{loop_};
  Acceptor upstream_{loop_};
  observe::Metrics metrics_{{"task"}};
  std::optional<Services> services_;
  Connection* connection_ = nullptr;
};

inline const std::string kGet = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
inline const std::string kLastGet = "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
inline const std::string kOldGet = "GET / HTTP/1.0\r\n\r\n";
inline const std::string kUpload =
    "POST /upload HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\nstart";
inline const std::string kUpgrade =
    "GET / HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n";
inline const std::string kCreate =
    "POST /api/claude/tasks HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}";

inline const std::string kSwitched =
    "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n";
inline const std::string kBegun = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc";
inline const std::string kEvents =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n";
inline const std::string kCreated = "HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}";
inline const std::string kCreateBegun = "HTTP/1.1 201 Created\r\nContent-Length: 10\r\n\r\n{";

// A request that has come to the upstream.
struct UnderWay {
  explicit UnderWay(const std::string& request, Duration idle = Duration::zero()) {
    world.log_all();
    world.reload([idle](config::Config& config) { config.timeouts.idle = idle; });
    client.send(request);
    upstream.emplace(world.accept());
    const std::size_t line = request.find("\r\n");
    const std::size_t head = request.find("\r\n\r\n");
    world.until_has(*upstream, request.substr(0, line));
    world.until_has(*upstream, request.substr(head));
  }
  // Part of the answer is with the client, too.
  UnderWay(const std::string& request, const std::string& answer, Duration idle = Duration::zero())
      : UnderWay(request, idle) {
    pass_answer(answer);
  }

  void pass_answer(const std::string& answer) {
    upstream->send(answer);
    world.until_has(client, answer.substr(answer.find("\r\n\r\n") + 4));
  }

  FarEnd& far_end(bool of_client) { return of_client ? client : *upstream; }

  World world;
  FarEnd client = world.connect();
  std::optional<FarEnd> upstream;
};

}  // namespace taskgate::proxy::test
