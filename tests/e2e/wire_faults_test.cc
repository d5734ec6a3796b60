// Upstreams that fail and requests that may not be forwarded.

#include "e2e/wire_world.h"
#include "support/catch.h"
#include "support/failure.h"

namespace taskgate::test {
namespace {

const std::string kGet = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
const std::string kOldGet = "GET / HTTP/1.0\r\n\r\n";

TEST_CASE("an upstream that refuses the connection is a 502") {
  const ClosedPort nobody;
  const TmuxServer tmux;
  const Fronted front(nobody.port(), tmux, {});
  CHECK(front.ask(kGet).status == 502);
}

TEST_CASE("an answer that is none is a 502, and the client's connection stays") {
  const std::string bytes = GENERATE(
      as<std::string>{}, "", "HTTP/1.1 200", "SSH-2.0-OpenSSH\r\n\r\n", "hello\n",
      "HTTP/2.0 200 OK\r\n\r\n", "HTTP/1.1 099 Low\r\n\r\n", "HTTP/1.1 2000 High\r\n\r\n",
      "HTTP/1.1 200 OK\r\nNo colon\r\n\r\n", "HTTP/1.1 200 OK\r\nA : b\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok",
      "HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nok", "HTTP/1.1 103 Early\r\n\r\n");
  CAPTURE(bytes);
  ScriptedWorld world(answer_with(bytes));
  RawClient client(world.port());
  for (std::size_t asked = 1; asked <= 2; ++asked) {
    client.send(kGet);
    HttpAnswer answer = read_answer(client);
    if (answer.status == 103) answer = read_answer(client);
    CHECK(answer.status == 502);
    CHECK(world.upstream.connections() == asked);
  }
}

TEST_CASE("an upstream that resets instead of answering is a 502") {
  ScriptedWorld world([](RawConnection& connection) {
    read_request(connection);
    connection.reset();
  });
  CHECK(world.front.ask(kGet).status == 502);
}

TEST_CASE("the 502 to HEAD has no body") {
  ScriptedWorld world(answer_with(""));
  RawClient client(world.port());
  client.send("HEAD / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  CHECK(read_answer(client, AnswerTo::head).status == 502);
  CHECK(client.read_to_end().empty());
}

TEST_CASE("an answer that is cut off is cut off for the client, too") {
  const std::string bytes =
      GENERATE(as<std::string>{}, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort",
               "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n",
               "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nsho",
               "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n",
               "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n0\r\n",
               "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\nzz\r\n");
  CAPTURE(bytes);
  ScriptedWorld world(answer_with(bytes));
  RawClient client(world.port());
  client.send(kGet);
  CHECK_THROWS_AS(read_answer(client), Failure);
  CHECK(client.peer_closed());
  CHECK(client.received().starts_with("HTTP/1.1 200 OK\r\n"));
}

TEST_CASE("a reset in a close-delimited answer is no end of it") {
  Flag seen;
  ScriptedWorld world([&](RawConnection& connection) {
    read_request(connection);
    connection.send("HTTP/1.0 200 OK\r\n\r\npart");
    seen.wait("the part was seen");
    connection.reset();
  });
  SECTION("for an HTTP/1.1 client the last chunk is missing") {
    RawClient client(world.port());
    client.send(kGet);
    client.read_until("part\r\n");
    seen.set();
    CHECK(client.peer_closed());
    CHECK(client.received().ends_with("part\r\n"));
  }
  SECTION("an HTTP/1.0 client sees a reset") {
    RawClient client(world.port());
    client.send(kOldGet);
    client.read_until("part");
    seen.set();
    CHECK(client.peer_closed());
    CHECK(client.was_reset());
  }
}

TEST_CASE("chunks that are cut off are a reset for an HTTP/1.0 client") {
  ScriptedWorld world(
      answer_with("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n"));
  RawClient client(world.port());
  client.send(kOldGet);
  CHECK(client.peer_closed());
  CHECK(client.was_reset());
}

TEST_CASE("an upstream that is silent for timeouts.response is a 504") {
  ScriptedWorld world(
      [](RawConnection& connection) {
        read_request(connection);
        connection.peer_closed();
      },
      {{"timeouts.response", "50ms"}});
  CHECK(world.front.ask(kGet).status == 504);
  CHECK(world.upstream.received(0) == kGet);
}

struct Refused {
  std::string name;
  std::string bytes;
  int status;
};

std::string with_field(const std::string& line, const std::string& method = "POST") {
  return method + " /x HTTP/1.1\r\nHost: h\r\n" + line + "\r\n\r\n";
}

std::string lines(int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out += "X: y\r\n";
  return out;
}

const std::vector<Refused>& refused_requests() {
  static const std::vector<Refused> rows = {
      {"bare LF in the request line", "GET / HTTP/1.1\nHost: h\n\n", 400},
      {"bare LF behind a field", "GET / HTTP/1.1\r\nHost: h\n\r\n", 400},
      {"bare CR", "GET / HTTP/1.1\r\nHost: h\rX: y\r\n\r\n", 400},
      {"folded line", with_field("X: a\r\n b"), 400},
      {"space before the colon", with_field("Content-Length : 2"), 400},
      {"no colon", with_field("Nonsense"), 400},
      {"tab in the request line", "POST\t/x HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"two spaces", "GET  / HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"no version", "GET /\r\n\r\n", 400},
      {"two empty lines first", "\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"both lengths", with_field("Content-Length: 5\r\nTransfer-Encoding: chunked"), 400},
      {"two lengths", with_field("Content-Length: 5\r\nContent-Length: 6"), 400},
      {"a repeated length", with_field("Content-Length: 5\r\nContent-Length: 5"), 400},
      {"a signed length", with_field("Content-Length: +5"), 400},
      {"a list of lengths", with_field("Content-Length: 5, 5"), 400},
      {"chunked in HTTP/1.0", "POST /x HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {"chunked twice", with_field("Transfer-Encoding: chunked, chunked"), 400},
      {"Connection that names the framing",
       with_field("Content-Length: 0\r\nConnection: content-length"), 400},
      {"two Hosts", with_field("Host: h"), 400},
      {"no Host", "GET / HTTP/1.1\r\n\r\n", 400},
      {"a body on GET", with_field("Content-Length: 2", "GET") + "{}", 400},
      {"a body on HEAD", with_field("Transfer-Encoding: chunked", "HEAD") + "0\r\n\r\n", 400},
      {"unknown expectation", with_field("Expect: a miracle"), 417},
      {"more than 100 fields", with_field(lines(100) + "X: y"), 431},
      {"a head over 64 KiB", with_field("X: " + std::string(70'000, 'x')), 431},
      {"a target over 64 KiB", "GET /" + std::string(70'000, 'x') + " HTTP/1.1\r\n", 414},
      {"the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"HTTP/1.2", "GET / HTTP/1.2\r\nHost: h\r\n\r\n", 505},
      {"TLS", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11), 400},
      {"CONNECT", "CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n", 501},
      {"an absolute target of another host", "GET http://a/x HTTP/1.1\r\nHost: b\r\n\r\n", 400},
  };
  return rows;
}

TEST_CASE("what is not plain HTTP/1.1 is refused, and reaches no upstream") {
  ScriptedWorld world(answer_with(kNoContent));
  for (const auto& row : refused_requests()) {
    INFO(row.name);
    RawClient client(world.port());
    client.send(row.bytes);
    CHECK(read_answer(client, row.bytes.starts_with("HEAD") ? AnswerTo::head : AnswerTo::other)
              .status == row.status);
    CHECK(client.read_to_end().empty());
  }
  CHECK(world.upstream.connections() == 0);
}

TEST_CASE("what follows a refused request is not served") {
  ScriptedWorld world(answer_with(kNoContent));
  const HttpAnswer answer = parse_answer(
      world.front.raw(with_field("Content-Length: 5\r\nContent-Length: 6") + "hello" + kGet));
  CHECK(answer.status == 400);
  CHECK(answer.field("Connection") == "close");
  CHECK(world.upstream.connections() == 0);
}

TEST_CASE("a client that does not finish its head in time gets a 408") {
  const std::string bytes =
      GENERATE(as<std::string>{}, "", "GET / HT", "GET / HTTP/1.1\r\nHost: h");
  ScriptedWorld world(answer_with(kNoContent), {{"timeouts.head", "100ms"}});
  RawClient client(world.port());
  client.send(bytes);
  const HttpAnswer answer = parse_answer(client.read_to_end());
  CHECK(answer.status == 408);
  CHECK(answer.field("Connection") == "close");
  CHECK(world.upstream.connections() == 0);
}

TEST_CASE("a connection that is idle between two requests ends without an answer") {
  ScriptedWorld world(answer_with(kNoContent), {{"timeouts.keep_alive", "50ms"}});
  RawClient client(world.port());
  client.send(kGet);
  CHECK(read_answer(client).status == 204);
  CHECK(client.read_to_end().empty());
}

}  // namespace

TEST_CASE("body bytes that the upstream would not take are never read as the next request") {
  Flag gone;
  ScriptedWorld world([&](RawConnection& connection) {
    connection.read_head();
    connection.reset();
    gone.set();
  });
  const std::string hidden = http_request("GET", "/hidden");
  RawClient client(world.port());
  client.send("POST /up HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(hidden.size()) +
              "\r\n\r\n");
  gone.wait("the upstream has reset the connection");
  client.try_send(hidden);
  CHECK(read_answer(client).status == 502);
  CHECK(client.peer_closed());
  CHECK(world.upstream.connections() == 1);
}

}  // namespace taskgate::test
