// Requests through the data plane on one loop and one thread, with a client and an upstream of
// which the test makes every step.
#include "proxy/connection.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <filesystem>
#include <vector>

#include "support/captured_log.h"
#include "support/catch.h"
#include "support/deadline.h"
#include "support/temp_dir.h"

using namespace taskgate;
using namespace taskgate::proxy;
using asio::ip::tcp;
using Acceptor = asio::basic_socket_acceptor<tcp, Executor>;

namespace {

constexpr std::size_t kDescriptors = 1024;

// The far end of one of the gate's connections.
class FarEnd {
 public:
  enum class End : std::uint8_t { none, closed, reset };

  explicit FarEnd(TcpSocket socket) : socket_(std::move(socket)) { socket_.non_blocking(true); }

  // No more than the socket's buffer takes at once.
  void send(std::string_view bytes) {
    REQUIRE(socket_.send(asio::buffer(bytes.data(), bytes.size())) == bytes.size());
  }
  // As much as it takes at once.
  void send_some(std::string_view bytes) {
    ErrorCode full;
    socket_.send(asio::buffer(bytes.data(), bytes.size()), 0, full);
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
    const test::Deadline deadline;
    while (!condition()) {
      INFO("not in time: " << what);
      REQUIRE_FALSE(deadline.passed());
      loop_.restart();
      loop_.run_one_for(std::chrono::milliseconds(10));
    }
  }
  void run_for(Duration time) {
    loop_.restart();
    loop_.run_for(time);
  }
  void until_has(FarEnd& peer, const std::string& text) {
    until(text, [&] { return peer.has(text); });
  }
  void until_ended(FarEnd& peer) {
    until("the end of a connection", [&] { return peer.ended(); });
  }
  void until_served() {
    until("the connection is served", [this] { return connection_ == nullptr; });
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

  void interrupt() { connection_->interrupt(); }
  void drain() { services_->admission.drain(); }
  void reload(const std::function<void(config::Config&)>& change) {
    config::Config config = *services_->config;
    change(config);
    services_->config = std::make_shared<const config::Config>(std::move(config));
    services_->admission.configure(*services_->config);
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
    Connection connection(*services_, std::move(socket), false);
    connection_ = &connection;
    co_await connection.serve();
    connection_ = nullptr;
  }

  test::CapturedLog log_;
  test::TempDir dir_;
  asio::io_context loop_{1};
  Acceptor front_{loop_};
  Acceptor upstream_{loop_};
  observe::Metrics metrics_{{"task"}};
  std::optional<Services> services_;
  Connection* connection_ = nullptr;
};

const std::string kGet = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
const std::string kOldGet = "GET / HTTP/1.0\r\n\r\n";
const std::string kUpload =
    "POST /upload HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\nstart";
const std::string kUpgrade =
    "GET / HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n";
const std::string kCreate =
    "POST /api/claude/tasks HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}";

const std::string kSwitched =
    "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n";
const std::string kBegun = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc";
const std::string kEvents = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n";
const std::string kCreated = "HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}";
const std::string kCreateBegun = "HTTP/1.1 201 Created\r\nContent-Length: 10\r\n\r\n{";

// A request that has come to the upstream.
struct UnderWay {
  explicit UnderWay(const std::string& request, Duration idle = Duration::zero()) {
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
    upstream->send(answer);
    world.until_has(client, answer.substr(answer.find("\r\n\r\n") + 4));
  }

  World world;
  FarEnd client = world.connect();
  std::optional<FarEnd> upstream;
};

}  // namespace

TEST_CASE("a refused create never reaches the upstream, and its connection goes on") {
  World world(0);
  FarEnd client = world.connect();
  client.send(kCreate);
  world.until_has(client, "HTTP/1.1 429 ");
  CHECK_FALSE(world.has_come());
  client.send(kGet);
  FarEnd upstream = world.accept();
  world.until_has(upstream, "GET / HTTP/1.1\r\n");
  CHECK(world.gate().reservations() == 0);
}

TEST_CASE("a head that begins behind another request may take as long as any head") {
  World world(0);
  FarEnd client = world.connect();
  client.send(kCreate + "GET / HT");
  world.until_has(client, "HTTP/1.1 429 ");
  // Longer than a client is waited for before it is parked.
  world.run_for(std::chrono::milliseconds(300));
  CHECK_FALSE(client.ended());
  client.send("TP/1.1\r\nHost: h\r\n\r\n");
  FarEnd upstream = world.accept();
  world.until_has(upstream, "GET / HTTP/1.1\r\n");
}

// It was told 408, as if it had asked for something: the next answer that a proxy finds there.
TEST_CASE("a connection that has only an empty line behind its request ends without an answer") {
  for (const char* empty : {"\r\n", "\r"}) {
    World world(0);
    world.reload([](config::Config& config) {
      config.timeouts.head = std::chrono::milliseconds(20);
      config.timeouts.keep_alive = std::chrono::milliseconds(90);
    });
    FarEnd client = world.connect();
    client.send(kCreate + empty);
    world.until_ended(client);
    CHECK(client.end() == FarEnd::End::closed);
    CHECK(client.has("HTTP/1.1 429 "));
    CHECK_FALSE(client.has("HTTP/1.1 408 "));
  }
}

TEST_CASE("a head behind an empty line has the time of any head") {
  World world(0);
  world.reload([](config::Config& config) {
    config.timeouts.head = std::chrono::milliseconds(300);
    config.timeouts.keep_alive = std::chrono::milliseconds(20);
  });
  FarEnd client = world.connect();
  client.send(kCreate + "\r\nG");
  world.until_has(client, "HTTP/1.1 408 ");
}

TEST_CASE("a byte that was sent as urgent is no part of an upload, and does not stop it") {
  UnderWay request(kUpload);
  request.client.send(std::string(50'000, 'a'));
  request.client.send_urgent('!');
  request.client.send(std::string(49'995, 'b'));
  request.world.until("the body is whole", [&] {
    const std::string& received = request.upstream->received();
    return received.size() - received.find("start") == 100'000;
  });
  CHECK_FALSE(request.upstream->has("!"));
}

// Reads stopped at such a byte and then waited for more to come, while the rest was there.
TEST_CASE("what comes with an urgent byte passes at once on both sides of it") {
  struct Row {
    const char* where;
    std::string request;
    std::string answer;
    bool by_client;
  };
  const Row rows[] = {{"a tunnel, by the client", kUpgrade, kSwitched, true},
                      {"a tunnel, by the upstream", kUpgrade, kSwitched, false},
                      {"an event stream", kGet, kEvents, false}};
  for (const Row& row : rows) {
    INFO(row.where);
    UnderWay request(row.request, row.answer);
    FarEnd& from = row.by_client ? request.client : *request.upstream;
    FarEnd& to = row.by_client ? *request.upstream : request.client;
    for (int message = 0; message < 24; ++message) {
      const std::string number = std::to_string(message);
      from.send("<before " + number + ">");
      if (message >= 12) from.send_urgent('!');
      from.send("<behind " + number + ">");
      request.world.until_has(to, "<before " + number + ">");
      request.world.until_has(to, "<behind " + number + ">");
    }
    CHECK_FALSE(to.has("!"));
    from.half_close();
    row.by_client || row.request == kUpgrade ? request.world.until_ended(to)
                                             : request.world.until_has(to, "\r\n0\r\n\r\n");
  }
}

TEST_CASE("a request behind an urgent byte is answered as any other") {
  World world(0);
  FarEnd client = world.connect();
  for (int request = 0; request < 24; ++request) {
    client.send(kCreate);
    client.send_urgent('!');
    client.send(kCreate);
    world.until("both are answered", [&] {
      const std::string& received = client.received();
      std::size_t answers = 0;
      for (std::size_t at = 0; (at = received.find("HTTP/1.1 429 ", at)) != std::string::npos; ++at)
        ++answers;
      return answers == 2 * static_cast<std::size_t>(request + 1);
    });
  }
  CHECK_FALSE(client.ended());
}

// Left in the socket they made the close a reset, which may overtake the answer.
TEST_CASE("an urgent byte behind the last request does not make its end a reset") {
  for (const char* more : {"", "more"}) {
    World world(0);
    FarEnd client = world.connect();
    client.send("POST /api/claude/tasks HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    client.send_urgent('!');
    client.send(more);
    world.until_ended(client);
    CHECK(client.end() == FarEnd::End::closed);
    CHECK(client.has("HTTP/1.1 429 "));
  }
}

constexpr Duration kBriefly = std::chrono::milliseconds(100);
constexpr Duration kStep = std::chrono::milliseconds(20);
// What is done in so many steps is never silent for so long, and takes longer in all.
constexpr Duration kLonger = std::chrono::milliseconds(500);
constexpr int kSteps = 30;
// Of a client that takes little the kernel hears only now and then that it took something.
constexpr Duration kLongest = std::chrono::seconds(2);
constexpr int kMostSteps = 120;
const std::string kMuch(256 * 1024, 'x');

TEST_CASE("an upload that is silent for timeouts.idle is told so, and looks cut upstream") {
  UnderWay request(kUpload, kBriefly);
  request.world.until_has(request.client, "HTTP/1.1 408 ");
  CHECK(request.upstream->end() == FarEnd::End::reset);
  CHECK_FALSE(request.world.failed("response_timeout"));
}

// Nothing ended it: only the client's silence was looked at.
TEST_CASE("an upload that the upstream takes nothing of ends by timeouts.idle") {
  World world;
  world.reload([](config::Config& config) { config.timeouts.idle = kBriefly; });
  FarEnd client = world.connect();
  client.send("POST /upload HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000000\r\n\r\n");
  const FarEnd upstream = world.accept();
  world.until("the client is told", [&] {
    client.send_some(kMuch);
    return client.has("HTTP/1.1 504 ");
  });
  CHECK(world.failed("response_timeout"));
}

// It was closed in order, and what had come looked whole.
TEST_CASE("an answer that its client takes nothing of for timeouts.idle is reset") {
  UnderWay request(kOldGet, kBriefly);
  request.upstream->send("HTTP/1.1 200 OK\r\n\r\n");
  request.world.until("the answer is given up", [&] {
    request.upstream->send_some(kMuch);
    return request.upstream->ended();
  });
  request.world.until_served();
  CHECK(request.client.end() == FarEnd::End::reset);
}

// It had to take a piece of 256 KiB within the limit.
TEST_CASE("a client that takes little at a time is not silent, however long a piece takes") {
  const auto [request, answer] = GENERATE(table<std::string, std::string>(
      {{kGet, "HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n"}, {kUpgrade, kSwitched}}));
  INFO(answer);
  UnderWay slow(request, kLongest);
  slow.upstream->send(answer);
  for (int step = 0; step < kMostSteps; ++step) {
    for (int piece = 0; piece < 64; ++piece) slow.upstream->send_some(kMuch);
    slow.world.run_for(kStep);
    slow.client.take(2 * 1024);
  }
  CHECK_FALSE(slow.upstream->ended());
  slow.world.until_ended(*slow.upstream);
}

// Either had a limit of its own.
TEST_CASE("an answer is not silent while its request's body still comes, nor the other way round") {
  const bool by_client = GENERATE(true, false);
  INFO("by the client: " << by_client);
  UnderWay both(kUpload, kBegun, kLonger);
  for (int step = 0; step < kSteps; ++step) {
    by_client ? both.client.send("x") : both.upstream->send(step % 20 == 0 ? "y" : "");
    both.world.run_for(kStep);
  }
  CHECK_FALSE(both.upstream->ended());
  CHECK_FALSE(both.client.ended());
  both.world.until_ended(both.client);
  both.world.until_ended(*both.upstream);
}

TEST_CASE("an upload that is answered early stops, and the answer comes whole") {
  UnderWay request(kUpload, "HTTP/1.1 413 Too Large\r\nContent-Length: 4\r\n\r\nmuch");
  request.world.until_ended(request.client);
  CHECK(request.client.end() == FarEnd::End::closed);
  request.world.until_ended(*request.upstream);
  request.client.send("more that nobody wants");
  request.client.close();
  request.world.until_served();
}

TEST_CASE("an upload that the upstream does not take any more may still be answered") {
  UnderWay request(kUpload);
  request.upstream->send("HTTP/1.1 507 Full\r\nContent-Length: 4\r\n\r\nfull");
  request.upstream->half_close();
  request.client.send(std::string(1000, 'x'));
  request.world.until_has(request.client, "full");
}

TEST_CASE("a client that leaves ends its request wherever it is") {
  struct Row {
    const char* where;
    std::string request;
    std::string answer;
  };
  const Row rows[] = {
      {"before the answer's head", kGet, ""}, {"within its upload", kUpload, ""},
      {"within the answer", kGet, kBegun},    {"within its upload and the answer", kUpload, kBegun},
      {"in an event stream", kGet, kEvents},  {"in a tunnel", kUpgrade, kSwitched},
  };
  for (const Row& row : rows) {
    INFO(row.where);
    UnderWay request =
        row.answer.empty() ? UnderWay(row.request) : UnderWay(row.request, row.answer);
    request.client.reset();
    request.world.until_ended(*request.upstream);
    request.world.until_served();
    CHECK_FALSE(request.world.failed("closed"));
    CHECK_FALSE(request.world.failed("reset"));
  }
}

TEST_CASE("a half-close is no farewell before an answer, and is one behind an event stream") {
  UnderWay request(kGet);
  request.client.half_close();
  request.upstream->send(kBegun);
  request.upstream->send("defghij");
  request.world.until_has(request.client, "abcdefghij");

  UnderWay stream(kGet, kEvents);
  stream.client.half_close();
  stream.world.until_ended(*stream.upstream);
}

TEST_CASE("a create whose client leaves within its body is never sent") {
  World world;
  FarEnd client = world.connect();
  client.send(kCreate.substr(0, kCreate.size() - 1));
  client.reset();
  world.until_served();
  CHECK_FALSE(world.has_come());
  CHECK(world.gate().reservations() == 0);
}

TEST_CASE("a create whose client leaves is carried to its end") {
  for (const std::string& answer : {std::string(), kCreateBegun}) {
    INFO("answer so far: " << answer);
    UnderWay create = answer.empty() ? UnderWay(kCreate) : UnderWay(kCreate, answer);
    create.client.reset();
    CHECK_FALSE(create.upstream->ended());
    create.upstream->send(answer.empty() ? kCreated : "123456789");
    create.world.until_served();
    CHECK(create.upstream->end() == FarEnd::End::closed);
    create.world.until("its slot is free", [&] { return create.world.gate().reservations() == 0; });
    CHECK(create.world.counts("taskgate_reservations_abandoned_total 0"));
  }
}

TEST_CASE("a create that stands in line gives its place back when its client leaves") {
  World world = World::with_line();
  FarEnd client = world.connect();
  client.send(kCreate);
  world.until_in_line();
  client.reset();
  world.until_served();
  CHECK(world.gate().waiting == 0);
  CHECK_FALSE(world.has_come());
}

TEST_CASE("a drain empties the line, and its clients are told") {
  World world = World::with_line();
  FarEnd client = world.connect();
  client.send(kCreate);
  world.until_in_line();
  client.half_close();
  world.drain();
  world.until_has(client, "HTTP/1.1 503 ");
  CHECK(client.has("\"reason\":\"draining\",\"class\":\"default\",\"waited_seconds\":0,"));
  CHECK_FALSE(world.has_come());
}

// It was refused by the new limits, with the help text that the file no longer had.
TEST_CASE("a create that waited across a reload is refused as the new configuration says") {
  World world = World::with_line();
  FarEnd client = world.connect();
  client.send(kCreate);
  world.until_in_line();
  world.reload([](config::Config& config) {
    config.refuse.help = "Ask the new team.";
    config.classes.clear();
  });
  world.drain();
  world.until_has(client, "\r\n\r\n{");
  CHECK(client.has("Ask the new team."));
  CHECK_FALSE(client.has("\"class\":"));
}

TEST_CASE("a create that stands in line ends with the process") {
  World world = World::with_line();
  FarEnd client = world.connect();
  client.send(kCreate);
  world.until_in_line();
  world.interrupt();
  world.until_served();
  CHECK(world.gate().waiting == 0);
}

TEST_CASE("a create that nobody took gives its slot back at once") {
  World world = World::without_upstream();
  FarEnd client = world.connect();
  client.send(kCreate);
  world.until_has(client, "HTTP/1.1 502 ");
  CHECK(world.gate().reservations() == 0);
  CHECK(world.failed("connect_refused"));
  CHECK(world.counts("taskgate_reservations_abandoned_total 0"));
}

TEST_CASE("a create that is refused by the upstream gives its slot back at once") {
  UnderWay create(kCreate, "HTTP/1.1 400 Bad\r\nContent-Length: 3\r\n\r\nbad");
  CHECK(create.world.gate().reservations() == 0);
}

TEST_CASE("a create without an answer keeps its slot, and is counted as abandoned") {
  for (const char* begun : {"", "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 201 Cre"}) {
    INFO("answer so far: " << begun);
    UnderWay create(kCreate);
    create.upstream->send(begun);
    create.upstream->close();
    create.world.until_has(create.client, "HTTP/1.1 502 ");
    CHECK(create.world.gate().abandoned == 1);
    CHECK(create.world.counts("taskgate_reservations_abandoned_total 1"));
  }
}

TEST_CASE("a create whose answer breaks off behind its head is not lost") {
  UnderWay create(kCreate, kCreateBegun);
  create.upstream->close();
  create.world.until_ended(create.client);
  CHECK(create.world.gate().settling == 1);
  CHECK(create.world.counts("taskgate_reservations_abandoned_total 0"));
}

TEST_CASE("behind a 101 both directions go on until each has ended") {
  UnderWay tunnel(kUpgrade, kSwitched + "hello");
  tunnel.client.send("ping");
  tunnel.world.until_has(*tunnel.upstream, "ping");
  tunnel.client.half_close();
  tunnel.world.until_ended(*tunnel.upstream);
  tunnel.upstream->send("late");
  tunnel.world.until_has(tunnel.client, "late");
  CHECK_FALSE(tunnel.client.ended());
  tunnel.upstream->close();
  tunnel.world.until_ended(tunnel.client);
  CHECK(tunnel.client.end() == FarEnd::End::closed);
}

// In numbers, so that none is lost or moved.
std::string bulk() {
  std::string text;
  for (int number = 0; text.size() < 400'000; ++number) text += std::to_string(number) + ",";
  return text;
}

std::ptrdiff_t open_pipe_ends() {
  const std::filesystem::directory_iterator descriptors("/proc/self/fd");
  return std::ranges::count_if(descriptors, [](const auto& descriptor) {
    std::error_code gone;
    return read_symlink(descriptor.path(), gone).native().starts_with("pipe:");
  });
}

TEST_CASE("a tunnel whose second side ends behind many bytes is whole for the first") {
  UnderWay request(kUpgrade, kSwitched + "first");
  FarEnd& upstream = *request.upstream;
  request.client.half_close();
  request.world.until_ended(upstream);
  // Until the end of a silent side is watched, and until bytes move in bulk.
  request.world.run_for(std::chrono::milliseconds(100));
  upstream.send(std::string(200'000, 'a'));
  request.world.until("all is received",
                      [&] { return request.client.received().size() >= 200'000; });
  // The loop finds both at once.
  upstream.send(std::string(32'000, 'b'));
  upstream.close();
  request.world.until_ended(request.client);
  CHECK(request.client.end() == FarEnd::End::closed);
  CHECK(std::ranges::count(request.client.received(), 'b') >= 32'000);
}

TEST_CASE("what comes in bulk through a tunnel goes through a pipe, and messages do not") {
  for (const bool is_upload : {true, false}) {
    INFO("by the client: " << is_upload);
    UnderWay tunnel(kUpgrade, kSwitched);
    FarEnd& from = is_upload ? tunnel.client : *tunnel.upstream;
    FarEnd& to = is_upload ? *tunnel.upstream : tunnel.client;
    const auto before = open_pipe_ends();
    for (int message = 0; message < 12; ++message) {
      from.send("<" + std::to_string(message) + ">");
      tunnel.world.until_has(to, "<" + std::to_string(message) + ">");
    }
    CHECK(open_pipe_ends() == before);
    from.send(bulk() + "<end>");
    tunnel.world.until_has(to, "<end>");
    CHECK(to.has("<11>" + bulk() + "<end>"));
    CHECK(open_pipe_ends() == before + 2);
    from.send("<last>");
    from.half_close();
    tunnel.world.until_has(to, "<last>");
    tunnel.world.until_ended(to);
    CHECK(to.end() == FarEnd::End::closed);
  }
}

TEST_CASE("a tunnel that is silent behind what came in bulk holds no pipe") {
  UnderWay tunnel(kUpgrade, kSwitched);
  tunnel.client.send(bulk() + "<end>");
  tunnel.world.until_has(*tunnel.upstream, "<end>");
  const std::vector<net::Pipes::Lease> all = tunnel.world.take_all_pipes();
  CHECK(all.size() == share_descriptors(kDescriptors).pipes);
  tunnel.client.send(bulk() + "<without>");
  tunnel.world.until_has(*tunnel.upstream, "<without>");
  CHECK(tunnel.upstream->has(bulk() + "<without>"));
}

TEST_CASE("a bulk tunnel whose reader leaves, or whose sender resets, ends for the other side") {
  for (const bool reader_leaves : {true, false}) {
    INFO("the reader leaves: " << reader_leaves);
    UnderWay tunnel(kUpgrade, kSwitched);
    tunnel.client.send(bulk() + "<end>");
    tunnel.world.until_has(*tunnel.upstream, "<end>");
    tunnel.client.send(bulk());
    FarEnd& gone = reader_leaves ? *tunnel.upstream : tunnel.client;
    FarEnd& other = reader_leaves ? tunnel.client : *tunnel.upstream;
    gone.reset();
    tunnel.world.until_ended(other);
    CHECK(other.end() == FarEnd::End::reset);
  }
}

// Both are there before the gate looks, and epoll tells of the bytes and of the end as one.
TEST_CASE("an end or a reset that comes with the last bytes of many is found") {
  struct Row {
    const char* where;
    std::string request;
    std::string answer;
    bool by_client;
    bool resets;
  };
  const Row rows[] = {
      {"an event stream, closed", kGet, kEvents, false, false},
      {"an event stream, reset", kGet, kEvents, false, true},
      {"a tunnel, closed by the upstream", kUpgrade, kSwitched, false, false},
      {"a tunnel, reset by the upstream", kUpgrade, kSwitched, false, true},
      {"a tunnel, closed by the client", kUpgrade, kSwitched, true, false},
      {"a tunnel, reset by the client", kUpgrade, kSwitched, true, true},
  };
  for (const Row& row : rows) {
    INFO(row.where);
    UnderWay request(row.request, row.answer);
    FarEnd& from = row.by_client ? request.client : *request.upstream;
    FarEnd& to = row.by_client ? *request.upstream : request.client;
    for (int message = 0; message < 12; ++message) {
      from.send("<" + std::to_string(message) + ">");
      request.world.until_has(to, "<" + std::to_string(message) + ">");
    }
    from.send("<last>");
    row.resets ? from.reset() : from.half_close();
    request.world.until_has(to, "<last>");
    const bool is_chunked = row.request == kGet && !row.resets;
    if (is_chunked) {
      request.world.until_has(to, "\r\n0\r\n\r\n");
    } else {
      request.world.until_ended(to);
    }
  }
}

TEST_CASE("an event stream that ends at once ends for a client that still uploads") {
  UnderWay request(kUpload);
  request.upstream->send("HTTP/1.0 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n");
  request.upstream->half_close();
  request.world.until_has(request.client, "data: 1\n\n\r\n0\r\n\r\n");
}

TEST_CASE("a client that ends with its request's last byte is let go when it has its answer") {
  World world;
  FarEnd client = world.connect();
  for (int request = 0; request < 2; ++request) {
    client.send(kGet);
    if (request > 0) client.half_close();
    FarEnd upstream = world.accept();
    world.until_has(upstream, "GET / HTTP/1.1\r\n");
    upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n<" + std::to_string(request) + ">");
    world.until_has(client, "<" + std::to_string(request) + ">");
  }
  world.until_ended(client);
  CHECK(client.end() == FarEnd::End::closed);
}

TEST_CASE("a 101 that nobody asked for is no answer") {
  UnderWay request(kGet);
  request.upstream->send(kSwitched);
  request.world.until_has(request.client, "HTTP/1.1 502 ");
  request.world.until_ended(*request.upstream);
  CHECK(request.world.failed("unasked_upgrade"));
}

TEST_CASE("an upstream that refuses connections is told, and the client's connection goes on") {
  World world = World::without_upstream();
  FarEnd client = world.connect();
  client.send(kGet);
  world.until_has(client, "HTTP/1.1 502 ");
  CHECK(world.failed("connect_refused"));
  CHECK_FALSE(client.ended());
}

TEST_CASE("an upstream that breaks before its head is a 502") {
  struct Row {
    const char* sent;
    bool resets;
    const char* error;
  };
  const Row rows[] = {
      {"", false, "closed"},
      {"", true, "reset"},
      {"HTTP/1.1 200 OK\r\nContent-", false, "closed"},
      {"HTTP/1.1 100 Continue\r\n\r\n", false, "closed"},
      {"SSH-2.0-OpenSSH\r\n", false, "malformed_head"},
  };
  for (const Row& row : rows) {
    INFO(row.error << ": " << row.sent);
    UnderWay request(kGet);
    request.upstream->send(row.sent);
    row.resets ? request.upstream->reset() : request.upstream->close();
    request.world.until_has(request.client, "HTTP/1.1 502 ");
    CHECK(request.world.failed(row.error));
    CHECK_FALSE(request.client.ended());
  }
}

TEST_CASE("an answer that breaks off cannot be taken for a whole one") {
  const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n";
  const std::string until_close = "HTTP/1.0 200 OK\r\n\r\nabc";
  struct Row {
    std::string request;
    std::string answer;
    bool resets;
    FarEnd::End end;
  };
  const Row rows[] = {
      {kGet, kBegun, false, FarEnd::End::closed},
      {kGet, kBegun, true, FarEnd::End::closed},
      {kGet, chunked, false, FarEnd::End::closed},
      {kGet, chunked + "zz\r\n", false, FarEnd::End::closed},
      {kGet, until_close, true, FarEnd::End::closed},
      {kOldGet, until_close, true, FarEnd::End::reset},
      {kOldGet, chunked, false, FarEnd::End::reset},
  };
  for (const Row& row : rows) {
    INFO(row.request << row.answer << (row.resets ? " and a reset" : ""));
    UnderWay request(row.request);
    request.upstream->send(row.answer);
    request.world.until_has(request.client, "abc");
    row.resets ? request.upstream->reset() : request.upstream->close();
    request.world.until_ended(request.client);
    CHECK(request.client.end() == row.end);
    CHECK_FALSE(request.client.has("\r\n0\r\n"));
    CHECK(request.world.failed("truncated"));
  }
}

TEST_CASE("an answer that lasts until the upstream closes is whole then") {
  UnderWay request(kGet);
  request.upstream->send("HTTP/1.0 200 OK\r\n\r\nabc");
  request.upstream->close();
  request.world.until_has(request.client, "3\r\nabc\r\n0\r\n\r\n");
  CHECK_FALSE(request.client.ended());
  CHECK_FALSE(request.world.failed("truncated"));
}

TEST_CASE("what is under way ends when the process does, and a create with it is lost") {
  UnderWay request(kGet);
  request.world.interrupt();
  request.world.until_ended(*request.upstream);
  request.world.until_served();

  UnderWay create(kCreate);
  create.world.interrupt();
  create.world.until_served();
  CHECK(create.world.gate().abandoned == 1);
}
