// Heads that come slowly, requests and answers, and the ways in which either side leaves them.
#include "connection_world.h"

using namespace taskgate;
using namespace taskgate::proxy;
using namespace taskgate::proxy::test;

TEST_CASE("an answer behind which nothing is sent ends its connection in one segment") {
  SECTION("of the upstream") {
    UnderWay request(kLastGet);
    const std::uint32_t before = request.client.segments();
    request.upstream->send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    request.world.until_ended(request.client);
    CHECK(request.client.has("\r\n\r\nok"));
    CHECK(request.client.segments() == before + 1);
  }
  SECTION("with chunks of ours") {
    UnderWay request(kLastGet, "HTTP/1.0 200 OK\r\n\r\nok");
    const std::uint32_t before = request.client.segments();
    request.upstream->close();
    request.world.until_ended(request.client);
    CHECK(request.client.has("0\r\n\r\n"));
    CHECK(request.client.segments() == before + 1);
  }
  SECTION("of ours") {
    World world(0);
    FarEnd client = world.connect();
    client.send("POST /api/claude/tasks HTTP/1.0\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}");
    const std::uint32_t before = client.segments();
    world.until_ended(client);
    CHECK(client.has("HTTP/1.1 429 "));
    CHECK(client.segments() == before + 1);
  }
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

// It was closed without an answer, as if nothing had come.
TEST_CASE("at the end of a drain's notice a request of which a part has come goes on") {
  const bool comes_to_its_end = GENERATE(true, false);
  World world(0);
  if (!comes_to_its_end) {
    world.reload(
        [](config::Config& config) { config.timeouts.head = std::chrono::milliseconds(100); });
  }
  FarEnd client = world.connect();
  client.send(kCreate + "GET / HT");
  world.until_has(client, "HTTP/1.1 429 ");
  world.end_if_silent();
  if (!comes_to_its_end) return world.until_has(client, "HTTP/1.1 408 ");
  client.send("TP/1.1\r\nHost: h\r\n\r\n");
  FarEnd upstream = world.accept();
  world.until_has(upstream, "GET / HTTP/1.1\r\n");
}

TEST_CASE("at the end of a drain's notice a request that waits for room goes on, too") {
  UnderWay first(kGet);
  World& world = first.world;
  world.reload([](config::Config& config) { config.limits.held = 0; });
  FarEnd client = world.connect();
  client.send(kGet);
  world.settle();
  REQUIRE_FALSE(world.has_come());
  world.end_if_silent();
  first.client.reset();
  world.until_ended(*first.upstream);
  FarEnd upstream = world.accept();
  upstream.send("HTTP/1.1 204 No Content\r\n\r\n");
  world.until_has(client, "HTTP/1.1 204 ");
}

TEST_CASE("at the end of a drain's notice a client of which nothing has come is let go") {
  for (const char* nothing : {"", "\r", "\r\n"}) {
    World world(0);
    FarEnd client = world.connect();
    client.send(kCreate + nothing);
    world.until_has(client, "HTTP/1.1 429 ");
    world.end_if_silent();
    world.until_ended(client);
    CHECK(client.end() == FarEnd::End::closed);
  }
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
