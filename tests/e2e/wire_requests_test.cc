// What of a request arrives upstream: all of it, byte for byte, but the hop-by-hop fields.

#include "e2e/wire_world.h"
#include "support/catch.h"

namespace taskgate::test {
namespace {

// What the upstream receives of a request that it answers with 204.
std::string arrives(const std::string& request, const Gate::Settings& settings = {}) {
  ScriptedWorld world(answer_with(kNoContent), settings);
  CHECK(world.front.ask(request).status == 204);
  CHECK(world.upstream.connections() == 1);
  return world.upstream.received(0);
}

std::string many_fields(int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out += "X-Line-" + std::to_string(i) + ": " + "v\r\n";
  return out;
}

TEST_CASE("a request without hop-by-hop fields arrives byte for byte") {
  const std::string request = GENERATE(
      as<std::string>{},
      "GET / HTTP/1.1\r\nHost: h\r\nX-A: 1\r\nx-a: 2\r\nX-A: \t two  words \t\r\nEmpty:\r\nx-A:3"
      "\r\n\r\n",
      "GET /a HTTP/1.1\r\nCookie: a=b; c=\"d\"\r\nhOST: h:1\r\nAuthorization: Bearer t\r\n"
      "X-Forwarded-For: 9.9.9.9\r\nX-Auth-Request-User: me\r\nReferer: http://h/api/\r\n"
      "Origin: http://o\r\nRange: bytes=1-2\r\nAccept-Encoding: gzip\r\n\r\n",
      "GET //a/..%2f/./b//%6c?x&y=%zz;/api HTTP/1.1\r\nHost: h\r\n\r\n",
      "GET /bearer-api/api/claude/tasks HTTP/1.1\r\nHost: h\r\nRemote-User: me\r\n\r\n",
      "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", "FROB /x HTTP/1.1\r\nHost: h\r\n\r\n",
      "post /api/claude/tasks HTTP/1.1\r\nHost: h\r\n\r\n", "GET /old HTTP/1.0\r\n\r\n",
      "DELETE /api/claude/tasks/1-2 HTTP/1.1\r\nHost: h\r\n\r\n",
      "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n",
      "POST /x HTTP/1.1\r\nHost: h\r\ncontent-LENGTH:  12 \r\n\r\nGET / \r\n\r\nxy");
  CAPTURE(request);
  CHECK(arrives(request) == request);
}

TEST_CASE("a chunked body arrives raw, with extensions and trailers") {
  const std::string request =
      "POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\nTrailer: T\r\n\r\n"
      "0003;a=\"b;c\";d\r\nabc\r\n1\r\n\n\r\n00\r\nT: 1\r\nt:2\r\n\r\n";
  CHECK(arrives(request) == request);
}

TEST_CASE("bodies on GET arrive below the app proxy") {
  const std::string request =
      "GET /api/app-proxy/3000/x HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody";
  CHECK(arrives(request) == request);
}

TEST_CASE("a target of 8 KiB and a head of 99 fields arrive whole") {
  const std::string target = "/" + std::string(8191, 'a');
  const std::string request =
      "GET " + target + " HTTP/1.1\r\nHost: h\r\n" + many_fields(98) + "\r\n";
  CHECK(arrives(request) == request);
}

TEST_CASE("one empty line before a request is not forwarded") {
  const std::string request = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
  CHECK(arrives("\r\n" + request) == request);
}

TEST_CASE("only hop-by-hop fields are removed") {
  CHECK(arrives("GET / HTTP/1.1\r\nX-First: 1\r\nConnection: close, X-Hop , x-other\r\nHost: h\r\n"
                "Keep-Alive: timeout=5\r\nX-HOP: 1\r\nProxy-Connection: keep-alive\r\n"
                "X-Kept: 2\r\nTE: trailers\r\nx-hop: 3\r\nUpgrade: h2c\r\nX-Last: 4\r\n\r\n") ==
        "GET / HTTP/1.1\r\nX-First: 1\r\nHost: h\r\nX-Kept: 2\r\nX-Last: 4\r\n\r\n");
}

TEST_CASE("with forwarded the client's address is appended to X-Forwarded-For") {
  const Gate::Settings forwarded = {{"forwarded", "true"}};
  CHECK(arrives("GET / HTTP/1.1\r\nHost: h\r\nA: b\r\n\r\n", forwarded) ==
        "GET / HTTP/1.1\r\nHost: h\r\nA: b\r\nX-Forwarded-For: 127.0.0.1\r\n\r\n");
  CHECK(arrives("GET / HTTP/1.1\r\nX-Forwarded-For: 9.9.9.9\r\nHost: h\r\n\r\n", forwarded) ==
        "GET / HTTP/1.1\r\nX-Forwarded-For: 9.9.9.9, 127.0.0.1\r\nHost: h\r\n\r\n");
}

TEST_CASE("pipelined requests are answered in order, each by an upstream connection of its own") {
  ScriptedWorld world([](RawConnection& connection) {
    const HttpRequest request = read_request(connection);
    connection.send(answer_of(request.target + request.body));
    connection.peer_closed();  // all that the gate would send behind the request
  });
  const std::vector<std::string> requests = {
      "GET /one HTTP/1.1\r\nHost: h\r\n\r\n",
      "POST /two HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab",
      "PUT /three HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nc\r\n0\r\n\r\n",
      "GET /four HTTP/1.1\r\nHost: h\r\n\r\n"};
  RawClient client(world.port());
  client.send(requests[0] + requests[1] + requests[2] + requests[3]);
  for (const char* const body : {"/one", "/twoab", "/threec", "/four"}) {
    CHECK(read_answer(client).body == body);
  }
  REQUIRE(world.upstream.connections() == requests.size());
  for (std::size_t i = 0; i < requests.size(); ++i) {
    CHECK(world.upstream.received(i) == requests[i]);
  }
}

TEST_CASE("a connection stays for the next request unless the client says close") {
  ScriptedWorld world(answer_with(answer_of("ok")));
  RawClient client(world.port());
  for (int i = 0; i < 3; ++i) {
    client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK(read_answer(client).field("Connection") == std::nullopt);
  }
  client.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  CHECK(read_answer(client).field("Connection") == "close");
  CHECK(client.read_to_end().empty());
}

TEST_CASE("an HTTP/1.0 connection stays only when the client says keep-alive") {
  ScriptedWorld world(answer_with(answer_of("ok")));
  RawClient client(world.port());
  client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  CHECK(read_answer(client).field("Connection") == "keep-alive");
  client.send("GET / HTTP/1.0\r\n\r\n");
  CHECK(parse_answer(client.read_to_end()).body == "ok");
}

TEST_CASE("an expectation of an ungated request is forwarded, and the upstream's 100 comes back") {
  ScriptedWorld world([](RawConnection& connection) {
    connection.read_head();
    connection.send("HTTP/1.1 100 Go On\r\nX-Interim: 1\r\n\r\n");
    connection.send(answer_of(connection.read_exact(4)));
  });
  const std::string head =
      "POST /upload HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n";
  RawClient client(world.port());
  client.send(head);
  CHECK(client.read_head() == "HTTP/1.1 100 Go On\r\nX-Interim: 1\r\n\r\n");
  client.send("body");
  CHECK(read_answer(client).body == "body");
  CHECK(world.upstream.received(0) == head + "body");
}

TEST_CASE("an upstream may refuse an expectation before the body is sent") {
  ScriptedWorld world([](RawConnection& connection) {
    connection.read_head();
    connection.send("HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n");
  });
  CHECK(world.front
            .ask("POST /x HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n")
            .status == 417);
}

TEST_CASE("the gate sends the 100 itself once the upstream is known to speak HTTP/1.0") {
  ScriptedWorld world(answer_with("HTTP/1.0 200 OK\r\n\r\nold"));
  CHECK(world.front.ask(http_request("GET", "/")).body == "old");
  RawClient client(world.port());
  client.send("POST /x HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  CHECK(read_answer(client).status == 100);
  client.send("body");
  CHECK(read_answer(client).body == "old");
  CHECK(world.upstream.received(1) ==
        "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody");
}

TEST_CASE("what is pipelined behind an event stream does not reach its connection") {
  const CoderWorld world({}, {"--stream-max", "30"});
  RawClient client(world.port());
  client.send("GET /api/events HTTP/1.1\r\nHost: h\r\n\r\n" +
              http_request("POST", kTerminalCreate));
  client.read_until("event: end\ndata: timeout\n\n");
  client.close();
  world.wait_until_idle();
  CHECK(world.standin.stats().creates_received == 0);
  CHECK(world.standin.stats().requests == 1);
}

}  // namespace
}  // namespace taskgate::test
