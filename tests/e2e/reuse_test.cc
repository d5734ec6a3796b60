// Upstream connections that are used again: which ones, and by whom (docs/adr/0010).
#include <csignal>

#include "e2e/reuse_world.h"
#include "support/catch.h"

namespace taskgate::test {
namespace {

double uses(const Fronted& front, const std::string& kind) {
  return front.metric("taskgate_upstream_connections_total{kind=\"" + kind + "\"}");
}

TEST_CASE("without timeouts.upstream_keep_alive each request has a connection of its own") {
  ScriptedWorld world(answers_all());
  for (int i = 0; i < 3; ++i) CHECK(world.front.ask(kGet).status == 204);
  CHECK(world.upstream.connections() == 3);
  CHECK(world.upstream.received(0) == kGet);
  CHECK(uses(world.front, "new") == 3);
  CHECK(uses(world.front, "reused") == 0);
}

TEST_CASE("requests of all clients come one after the other on one connection, byte for byte") {
  ScriptedWorld world(answers_all(), reusing());
  std::string sent;
  RawClient client(world.port());
  for (const char* method : {"GET", "HEAD", "OPTIONS", "TRACE"}) {
    const std::string request = http_request(method, "/a?b", "", {{"x-Mark", "1"}});
    client.send(request);
    CHECK(read_answer(client).status == 204);
    CHECK(world.front.ask(request).status == 204);
    sent += request + request;
  }
  CHECK(world.upstream.connections() == 1);
  CHECK(uses(world.front, "new") == 1);
  CHECK(uses(world.front, "reused") == 7);
  CHECK(world.front.metric("taskgate_upstream_connections_idle") == 1);
  CHECK(world.front.metric("taskgate_upstream_resends_total") == 0);
  world.front.gate.process().signal(SIGTERM);
  CHECK(world.upstream.received(0) == sent);
  CHECK(world.upstream.failures().empty());
}

TEST_CASE("pipelined requests use one connection, and each gets its own answer") {
  ScriptedWorld world(answers([](const HttpRequest& request) { return answer_of(request.target); }),
                      reusing());
  RawClient client(world.port());
  client.send(http_request("GET", "/1") + http_request("GET", "/2") + http_request("GET", "/3"));
  for (const char* target : {"/1", "/2", "/3"}) CHECK(read_answer(client).body == target);
  CHECK(world.upstream.connections() == 1);
}

TEST_CASE("bodies with a length, with chunks and without end where they say") {
  const std::string answer = GENERATE(
      as<std::string>{}, answer_of("hello"), answer_of(std::string(300'000, 'x')),
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nT: 1\r\n\r\n",
      "HTTP/1.1 103 Early Hints\r\n\r\n" + answer_of("hello"));
  ScriptedWorld world(answers_first(answer), reusing());
  CHECK(world.front.ask(kFirst).status < 300);
  CHECK(world.front.ask(kGet).body == "usual");
  CHECK(world.upstream.connections() == 1);
}

// --- What ends a connection

struct Ending {
  std::string name;
  std::string request = kFirst;
  std::string answer = answer_of("hello");
};

std::string first(const std::string& method, const std::string& body = "",
                  const HttpFields& fields = {}) {
  return http_request(method, "/first", body, fields);
}

std::vector<Ending> endings() {
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  return {
      {"Connection: close", kFirst, ok + "Connection: close\r\nContent-Length: 2\r\n\r\nok"},
      {"HTTP/1.0", kFirst, "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"},
      {"HTTP/1.0 with keep-alive", kFirst,
       "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok"},
      {"a 204 with a length", kFirst, "HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\n"},
      {"an event stream that ends", kFirst,
       ok + "Content-Type: text/event-stream\r\nContent-Length: 9\r\n\r\ndata: x\n\n"},
      {"bytes behind a body", kFirst, answer_of("hello") + answer_of("evil")},
      {"bytes behind chunks", kFirst,
       ok + "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n" + answer_of("evil")},
      {"bytes behind a 204", kFirst, kNoContent + answer_of("evil")},
      {"a body behind the answer to HEAD", first("HEAD"), answer_of("evil")},
      {"POST", first("POST", "{}")},
      {"POST without a body", first("POST")},
      {"PUT", first("PUT", "{}")},
      {"PUT without a body", first("PUT")},
      {"DELETE", first("DELETE")},
      {"an unknown method", first("PROPFIND")},
      {"an HTTP/1.0 request", "GET /first HTTP/1.0\r\nHost: h\r\n\r\n"},
      {"an upgrade that is not made",
       first("GET", "", {{"Upgrade", "websocket"}, {"Connection", "upgrade"}})},
      {"OPTIONS with a body", first("OPTIONS", "{}")},
  };
}

// Its connection is closed behind it, and the next request has another and its own answer.
TEST_CASE("what ends a connection ends it for the next request") {
  for (const Ending& ending : endings()) {
    INFO(ending.name);
    ScriptedWorld world(answers_first(ending.answer), reusing());
    const bool head = ending.request.starts_with("HEAD");
    RawClient client(world.port());
    client.send(ending.request);
    CHECK(read_answer(client, head ? AnswerTo::head : AnswerTo::other).status < 300);
    CHECK(world.upstream.received(0) == ending.request);
    CHECK(world.front.ask(kGet).body == "usual");
    CHECK(world.upstream.connections() == 2);
    CHECK(world.front.metric("taskgate_upstream_resends_total") == 0);
  }
}

TEST_CASE("a body that ends with its connection is followed by another connection") {
  ScriptedWorld world(
      [](RawConnection& connection) {
        read_request(connection);
        connection.send("HTTP/1.1 200 OK\r\n\r\nhello");
      },
      reusing());
  for (int i = 0; i < 2; ++i) CHECK(world.front.ask(kGet).body == "hello");
  CHECK(world.upstream.connections() == 2);
  CHECK(world.front.metric("taskgate_upstream_resends_total") == 0);
}

TEST_CASE("a GET whose body the upstream does not read hides no request from the next one") {
  // Such an upstream would take the body for a request, and its answer for the next client's.
  const std::string hidden = http_request("GET", "/hidden");
  const std::string request = http_request("GET", "/api/app-proxy/3000/x", hidden,
                                           {{"Content-Length", std::to_string(hidden.size())}});
  ScriptedWorld world(
      [](RawConnection& connection) {
        while (connection.has_more()) {
          connection.send(answer_of(connection.read_head().substr(4, 7)));
        }
      },
      reusing());
  CHECK(world.front.ask(request).body == "/api/ap");
  CHECK(world.front.ask(kGet).body == "/ HTTP/");
  CHECK(world.upstream.connections() == 2);
}

TEST_CASE("a tunnel's connection carries nothing else") {
  ScriptedWorld world(
      [](RawConnection& connection) {
        if (read_request(connection).target != "/first") return connection.send(kNoContent);
        connection.send(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
            "Connection: upgrade\r\n\r\n");
        connection.peer_closed();
      },
      reusing());
  RawClient client(world.port());
  client.send(first("GET", "", {{"Upgrade", "websocket"}, {"Connection", "upgrade"}}));
  CHECK(read_answer_head(client).status == 101);
  client.half_close();
  client.peer_closed();
  CHECK(world.front.ask(kGet).status == 204);
  CHECK(world.upstream.connections() == 2);
}

TEST_CASE("an answer whose client leaves ends its connection") {
  Flag begun;
  ScriptedWorld world(
      [&](RawConnection& connection) {
        if (read_request(connection).target != "/first") return connection.send(kNoContent);
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\npart");
        begun.set();
        connection.peer_closed();
      },
      reusing());
  RawClient client(world.port());
  client.send(kFirst);
  begun.wait("the answer has begun");
  client.read_until("part");
  client.reset();
  CHECK(world.upstream.received(0) == kFirst);
  CHECK(world.front.ask(kGet).status == 204);
  CHECK(world.upstream.connections() == 2);
}

TEST_CASE("an answer that is cut off, or is none, ends its connection") {
  const std::string answer =
      GENERATE(as<std::string>{}, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\npart",
               "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "nonsense\r\n\r\n");
  ScriptedWorld world(
      [&](RawConnection& connection) {
        if (read_request(connection).target != "/first") return connection.send(kNoContent);
        connection.send(answer);
        connection.half_close();
        connection.peer_closed();
      },
      reusing());
  RawClient client(world.port());
  client.send(kFirst);
  client.read_head();
  world.upstream.received(0);
  CHECK(world.front.ask(kGet).status == 204);
  CHECK(world.upstream.connections() == 2);
}

// --- What comes while nobody has asked

TEST_CASE("what comes on an idle connection never answers the next request") {
  Flag answered;
  Flag sent;
  ScriptedWorld world(
      [&](RawConnection& connection) {
        if (read_request(connection).target != "/first") return connection.send(answer_of("own"));
        connection.send(answer_of("hello"));
        answered.wait("the client has its answer");
        connection.send(answer_of("evil"));
        sent.set();
        connection.peer_closed();
      },
      reusing());
  CHECK(world.front.ask(kFirst).body == "hello");
  CHECK(world.front.metric("taskgate_upstream_connections_idle") == 1);
  answered.set();
  sent.wait("the upstream has sent what nobody asked for");
  CHECK(world.front.ask(kGet).body == "own");
  CHECK(world.upstream.connections() == 2);
  CHECK(world.upstream.received(0) == kFirst);
}

TEST_CASE("an idle connection that the upstream ends is dropped, and nothing is sent on it") {
  Flag answered;
  ScriptedWorld world(
      [&](RawConnection& connection) {
        const bool is_first = read_request(connection).target == "/first";
        connection.send(kNoContent);
        if (is_first) answered.wait("the client has its answer");
      },
      reusing());
  CHECK(world.front.ask(kFirst).status == 204);
  CHECK(world.front.metric("taskgate_upstream_connections_idle") == 1);
  answered.set();
  eventually("the end is noticed",
             [&] { return world.front.metric("taskgate_upstream_connections_idle") == 0; });
  CHECK(world.front.ask(kGet).status == 204);
  CHECK(world.upstream.received(0) == kFirst);
  CHECK(world.front.metric("taskgate_upstream_resends_total") == 0);
}

TEST_CASE("an idle connection is closed after timeouts.upstream_keep_alive") {
  ScriptedWorld world(answers_all(), reusing({{"timeouts.upstream_keep_alive", "20ms"}}));
  CHECK(world.front.ask(kGet).status == 204);
  CHECK(world.upstream.received(0) == kGet);
  CHECK(world.front.metric("taskgate_upstream_connections_idle") == 0);
}

}  // namespace
}  // namespace taskgate::test
