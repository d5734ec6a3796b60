// Bodies that are too long for a buffer: the kernel moves them from socket to socket.

#include "e2e/wire_world.h"
#include "support/catch.h"

namespace taskgate::test {
namespace {

constexpr std::size_t kMiB = 1024 * 1024;
constexpr std::size_t kPart = 300 * 1024;

// No two places of it look alike, so that what is missing, doubled or moved is noticed.
std::string long_body(std::size_t size) {
  std::string body;
  body.reserve(size + 8);
  for (std::size_t number = 0; body.size() < size; ++number) {
    body += std::to_string(number);
    body += ' ';
  }
  body.resize(size);
  return body;
}

std::string upload_head(std::size_t length, const std::string& more = "") {
  return "POST /files HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(length) + "\r\n" +
         more + "\r\n";
}

// Bytes far apart compared as a whole: a failed comparison must not print them.
bool same(const std::string& a, const std::string& b) {
  return a == b;
}

TEST_CASE("bodies of all sizes pass byte for byte, and the connection goes on behind them") {
  const std::size_t size =
      GENERATE(as<std::size_t>{}, 100, 5'000, 20'000, 33'000, 70'000, 5 * kMiB);
  CAPTURE(size);
  const std::string body = long_body(size);
  ScriptedWorld world([&](RawConnection& connection) {
    connection.send(answer_of(read_request(connection).body));
  });
  RawClient client(world.port());
  for (int i = 0; i < 3; ++i) {
    client.send(upload_head(size) + body);
    CHECK(same(read_answer(client).body, body));
    // Once the upstream is known to speak HTTP/1.1, it is told that its connection is not used
    // again.
    const std::string added = i == 0 ? "" : "Connection: close\r\n";
    CHECK(same(world.upstream.received(static_cast<std::size_t>(i)),
               upload_head(size, added) + body));
  }
}

TEST_CASE("what is pipelined behind a long upload is the next request") {
  const std::string body = long_body(kMiB);
  ScriptedWorld world([&](RawConnection& connection) {
    connection.send(answer_of(read_request(connection).target));
  });
  RawClient client(world.port());
  client.send(upload_head(body.size()) + body + http_request("GET", "/next"));
  CHECK(read_answer(client).body == "/files");
  CHECK(read_answer(client).body == "/next");
  CHECK(world.upstream.received(1).find("/next") != std::string::npos);
}

TEST_CASE("relayed bytes of long bodies are counted as they pass") {
  const std::string body = long_body(kMiB);
  Flag go_on;
  ScriptedWorld world([&](RawConnection& connection) {
    read_request(connection);
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) +
                    "\r\n\r\n" + body.substr(0, kPart));
    go_on.wait("the test has seen the first part");
    connection.send(body.substr(kPart));
  });
  RawClient client(world.port());
  client.send(upload_head(body.size()) + body);
  client.read_head();
  client.read_exact(kPart);
  CHECK(world.front.metric("taskgate_relayed_bytes_total{direction=\"up\"}") == kMiB);
  eventually("the part is counted", [&] {
    return world.front.metric("taskgate_relayed_bytes_total{direction=\"down\"}") == kPart;
  });
  go_on.set();
  CHECK(same(client.read_exact(body.size() - kPart), body.substr(kPart)));
}

TEST_CASE("a long answer that the upstream cuts is cut for the client") {
  ScriptedWorld world([](RawConnection& connection) {
    read_request(connection);
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(kMiB) + "\r\n\r\n" +
                    long_body(kPart));
  });
  RawClient client(world.port());
  client.send(kGet);
  client.read_head();
  CHECK(client.read_to_end().size() == kPart);
  CHECK(world.front.metric("taskgate_upstream_errors_total{reason=\"truncated\"}") == 1);
}

TEST_CASE("a long upload that the client breaks off is broken off upstream") {
  Flag part_is_here;
  Flag ended;
  ScriptedWorld world([&](RawConnection& connection) {
    connection.read_head();
    connection.read_exact(kPart);
    part_is_here.set();
    if (connection.peer_closed()) ended.set();
  });
  {
    RawClient client(world.port());
    client.send(upload_head(kMiB) + long_body(kPart));
    part_is_here.wait("the part has arrived");
  }
  ended.wait("the upstream's connection has ended");
  eventually("the gate has no request any more",
             [&] { return world.front.metric("taskgate_connections{kind=\"active\"}") == 0; });
}

TEST_CASE("a client that leaves a long answer ends it upstream") {
  Flag ended;
  ScriptedWorld world([&](RawConnection& connection) {
    read_request(connection);
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n");
    const std::string part = long_body(kPart);
    while (connection.try_send(part)) {
    }
    ended.set();
  });
  RawClient client(world.port());
  client.send(kGet);
  client.read_exact(kMiB);
  client.reset();
  ended.wait("the upstream cannot send any more");
}

TEST_CASE("an answer that comes in the middle of a long upload reaches the client") {
  Flag answered;
  ScriptedWorld world([&](RawConnection& connection) {
    connection.read_head();
    connection.read_exact(kPart);
    connection.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nno\n");
    answered.wait("the client has the answer");
  });
  RawClient client(world.port());
  client.send(upload_head(kMiB) + long_body(kPart));
  const HttpAnswer answer = read_answer(client);
  answered.set();
  CHECK(answer.status == 413);
  CHECK(answer.field("Connection") == "close");
  CHECK(answer.body == "no\n");
}

TEST_CASE("a long body that stops coming is cut after timeouts.idle") {
  Flag over;
  ScriptedWorld world(
      [&](RawConnection& connection) {
        const std::string head = connection.read_head();
        if (head.starts_with("GET")) {
          connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(kMiB) +
                          "\r\n\r\n" + long_body(kPart));
        }
        over.wait("the test is over");
      },
      {{"timeouts.idle", "200ms"}});
  RawClient download(world.port());
  download.send(kGet);
  download.read_head();
  CHECK(download.read_to_end().size() == kPart);
  RawClient upload(world.port());
  upload.send(upload_head(kMiB) + long_body(kPart));
  CHECK(upload.peer_closed());
  over.set();
}

TEST_CASE("without descriptors for pipes long bodies pass all the same") {
  const std::string body = long_body(kMiB);
  const TmuxServer tmux;
  const ScriptedUpstream upstream([&](RawConnection& connection) {
    connection.send(answer_of(read_request(connection).body));
  });
  Gate gate(Gate::in_front_of(upstream.port(), tmux.socket()), {}, with_descriptors(64));
  CHECK(same(ask(gate.port(), upload_head(body.size()) + body).body, body));
  CHECK(same(upstream.received(0), upload_head(body.size()) + body));
}

}  // namespace
}  // namespace taskgate::test
