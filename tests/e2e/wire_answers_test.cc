// What of an answer arrives at the client, by its framing and the client's version.

#include "e2e/wire_world.h"
#include "support/catch.h"

namespace taskgate::test {
namespace {

const std::string kGet = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
const std::string kOldGet = "GET / HTTP/1.0\r\n\r\n";
const std::string kHead = "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n";

// What the client gets for two requests on one connection.
std::string twice(const std::string& request, const std::string& answer) {
  ScriptedWorld world(answer_with(answer));
  RawClient client(world.port());
  client.send(request);
  std::string got = client.read_exact(answer.size());
  client.send(request);
  return got + client.read_exact(answer.size()) + client.pending();
}

struct Row {
  std::string request;
  std::string answer;
};

TEST_CASE("an answer that says where it ends arrives byte for byte, and the connection stays") {
  const auto row = GENERATE(values<Row>({
      {kGet,
       "HTTP/1.1 200 Very Fine\r\nX-B: 1\r\nx-b:2 \r\nEmpty:\r\nContent-Length: 5\r\n\r\nhello"},
      {kGet,
       "HTTP/1.1 404 \r\nServer: S\r\ncontent-length: 0\r\nSet-Cookie: a\r\nSet-Cookie: b\r\n\r\n"},
      {kGet, "HTTP/1.1 206 Partial\r\nContent-Range: bytes 1-2/9\r\nContent-Length: 2\r\n\r\nbc"},
      {kGet,
       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: T\r\n\r\n"
       "05;a=\"b\"\r\nhello\r\n1;c\r\n!\r\n000\r\nT: x\r\nt:y\r\n\r\n"},
      {kHead, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"},
      {kHead, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"},
      {kGet, "HTTP/1.1 204 No Content\r\nX-A: b\r\n\r\n"},
      {kGet, "HTTP/1.1 304 Not Modified\r\nETag: \"e\"\r\nContent-Length: 9\r\n\r\n"},
      {kGet, "HTTP/1.1 429 Too Many\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n"},
      {kGet,
       "HTTP/1.1 103 Early\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"},
  }));
  CAPTURE(row.request, row.answer);
  CHECK(twice(row.request, row.answer) == row.answer + row.answer);
}

TEST_CASE("an answer's hop-by-hop fields are removed") {
  ScriptedWorld world(
      answer_with("HTTP/1.1 200 OK\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: max=1\r\n"
                  "X-Kept: 2\r\nUpgrade: h2c\r\nProxy-Connection: close\r\nContent-Length: 2\r\n"
                  "\r\nok"));
  CHECK(world.front.ask(kGet).head == "HTTP/1.1 200 OK\r\nX-Kept: 2\r\nContent-Length: 2\r\n\r\n");
}

TEST_CASE("a close-delimited answer is chunked to an HTTP/1.1 client, whose connection stays") {
  ScriptedWorld world(answer_with("HTTP/1.0 200 OK\r\nServer: Old\r\n\r\nline\r\n\r\n0\r\n\r\n"));
  RawClient client(world.port());
  for (int i = 0; i < 2; ++i) {
    client.send(kGet);
    const HttpAnswer answer = read_answer(client);
    CHECK(answer.head == "HTTP/1.1 200 OK\r\nServer: Old\r\nTransfer-Encoding: chunked\r\n\r\n");
    CHECK(answer.body == "line\r\n\r\n0\r\n\r\n");
  }
}

TEST_CASE("a close-delimited answer without a body is a chunked one without a body") {
  ScriptedWorld world(answer_with("HTTP/1.0 200 OK\r\n\r\n"));
  const HttpAnswer answer = world.front.ask(kGet);
  CHECK(answer.framing == Framing::chunked);
  CHECK(answer.body.empty());
}

TEST_CASE("a close-delimited answer is close-delimited to an HTTP/1.0 client") {
  ScriptedWorld world(answer_with("HTTP/1.0 200 OK\r\nServer: Old\r\n\r\nbody"));
  const std::string wish = GENERATE(as<std::string>{}, "", "Connection: keep-alive\r\n");
  CHECK(world.front.raw("GET / HTTP/1.0\r\n" + wish + "\r\n") ==
        "HTTP/1.1 200 OK\r\nServer: Old\r\nConnection: close\r\n\r\nbody");
}

TEST_CASE("a chunked answer loses its chunks on the way to an HTTP/1.0 client") {
  ScriptedWorld world(
      answer_with("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: T\r\nA: b\r\n\r\n"
                  "3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nT: 1\r\n\r\n"));
  CHECK(world.front.raw(kOldGet) == "HTTP/1.1 200 OK\r\nA: b\r\nConnection: close\r\n\r\nabcde");
}

TEST_CASE("interim answers are for HTTP/1.1 clients only") {
  const std::string final_answer = answer_of("ok");
  const std::string interim =
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\nLink: </b>\r\n\r\n";
  ScriptedWorld world(answer_with(interim + final_answer));
  RawClient client(world.port());
  client.send(kGet);
  CHECK(client.read_exact(interim.size()) == interim);
  CHECK(read_answer(client).body == "ok");
  CHECK(world.front.ask(kOldGet).status == 200);
}

TEST_CASE("an interim answer comes before the final one is there") {
  Flag seen;
  ScriptedWorld world([&](RawConnection& connection) {
    read_request(connection);
    connection.send("HTTP/1.1 103 Early Hints\r\n\r\n");
    seen.wait("the interim answer was seen");
    connection.send(answer_of("late"));
  });
  RawClient client(world.port());
  client.send(kGet);
  CHECK(read_answer(client).status == 103);
  seen.set();
  CHECK(read_answer(client).body == "late");
}

TEST_CASE("what an upstream sends behind its answer is dropped") {
  const std::string answer =
      GENERATE(as<std::string>{}, answer_of("ok"), kNoContent,
               "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n");
  ScriptedWorld world(answer_with(answer + answer_of("evil")));
  RawClient client(world.port());
  client.send(kGet + kGet + "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  const std::string all = client.read_to_end();
  CHECK(all.starts_with(answer + answer));
  CHECK(all.find("evil") == std::string::npos);
}

TEST_CASE("an answer whose connection the upstream keeps open ends where it says") {
  ScriptedWorld world([](RawConnection& connection) {
    read_request(connection);
    connection.send("HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok");
    connection.peer_closed();
  });
  CHECK(world.front.ask(kGet).body == "ok");
  CHECK(world.upstream.received(0) == kGet);
}

}  // namespace
}  // namespace taskgate::test
