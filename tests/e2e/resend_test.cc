// A connection that the upstream closes while a request is on its way there: who may be sent twice.
#include <memory>

#include "e2e/reuse_world.h"
#include "support/catch.h"

namespace taskgate::test {
namespace {

using Act = std::function<void(RawConnection&)>;

// Answers `/first`. The next request on that connection meets `act`; other connections go on as
// usual.
ScriptedUpstream::Script keeps_then(Act act) {
  return [act = std::move(act)](RawConnection& connection) {
    const bool is_first = read_request(connection).target == "/first";
    connection.send(kNoContent);
    if (!is_first || !connection.has_more()) return;
    connection.read_head();
    act(connection);
  };
}

// The gate has one idle connection.
struct KeepingWorld : ScriptedWorld {
  explicit KeepingWorld(ScriptedUpstream::Script script, Gate::Settings more = {})
      : ScriptedWorld(std::move(script), reusing(std::move(more))) {
    CHECK(front.ask(kFirst).status == 204);
    REQUIRE(front.metric("taskgate_upstream_connections_idle") == 1);
  }
  double resends() const { return front.metric("taskgate_upstream_resends_total"); }
};

const Act kClose = [](RawConnection& connection) { connection.close(); };
const Act kReset = [](RawConnection& connection) { connection.reset(); };

TEST_CASE("a safe request that meets the end of its connection goes out once more, on a new one") {
  const bool reset = GENERATE(false, true);
  const std::string method = GENERATE(as<std::string>{}, "GET", "HEAD", "OPTIONS", "TRACE");
  CAPTURE(reset, method);
  KeepingWorld world(keeps_then(reset ? kReset : kClose));
  const std::string request = http_request(method, "/");
  RawClient client(world.port());
  client.send(request);
  CHECK(read_answer(client).status == 204);
  CHECK(world.upstream.connections() == 2);
  CHECK(world.upstream.received(0) == kFirst + request);
  CHECK(world.upstream.received(1) == request);
  CHECK(world.resends() == 1);
  CHECK(world.front.metric(R"(taskgate_upstream_errors_total{reason="closed"})") == 0);
  CHECK(world.front.metric(R"(taskgate_upstream_errors_total{reason="reset"})") == 0);
  client.send(request);
  CHECK(read_answer(client).status == 204);
}

const std::string kTooLate =
    "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 4\r\n\r\nlate";

TEST_CASE("a 408 that tells of the connection's idleness answers no request that it meets") {
  const std::string method = GENERATE(as<std::string>{}, "GET", "HEAD");
  const std::size_t piece = GENERATE(std::size_t{1}, kTooLate.size());
  CAPTURE(method, piece);
  KeepingWorld world(keeps_then([&](RawConnection& connection) {
    for (std::size_t at = 0; at < kTooLate.size(); at += piece) {
      if (!connection.try_send(kTooLate.substr(at, piece))) return;
    }
  }));
  const std::string request = http_request(method, "/");
  RawClient client(world.port());
  client.send(request);
  CHECK(read_answer(client).status == 204);
  CHECK(world.upstream.received(1) == request);
  CHECK(world.resends() == 1);
  client.send(request);
  CHECK(read_answer(client).status == 204);
}

TEST_CASE("a 408 on a connection of the request's own is its answer") {
  ScriptedUpstream::Script script = [](RawConnection& connection) {
    const bool is_first = read_request(connection).target == "/first";
    connection.send(is_first ? kNoContent : kTooLate);
    if (!is_first || !connection.has_more()) return;
    connection.read_head();
    connection.send(kTooLate);
  };
  KeepingWorld world(script);
  const HttpAnswer answer = world.front.ask(kGet);
  CHECK(answer.status == 408);
  CHECK(answer.body == "late");
  CHECK(world.upstream.connections() == 2);
  CHECK(world.resends() == 1);
}

TEST_CASE("it goes out once more and not twice") {
  ScriptedUpstream::Script script = [](RawConnection& connection) {
    if (read_request(connection).target != "/first") return;
    connection.send(kNoContent);
    if (connection.has_more()) connection.read_head();
  };
  KeepingWorld world(script);
  CHECK(world.front.ask(kGet).status == 502);
  CHECK(world.upstream.connections() == 2);
  CHECK(world.resends() == 1);
}

TEST_CASE("once a byte of its answer came a request is not sent again") {
  const std::string begun = GENERATE(as<std::string>{}, "H", "HTTP/1.1 200 OK\r\nContent-Length: 2",
                                     "HTTP/1.1 103 Early Hints\r\n\r\n");
  CAPTURE(begun);
  KeepingWorld world(keeps_then([&](RawConnection& connection) { connection.send(begun); }));
  RawClient client(world.port());
  client.send(kGet);
  HttpAnswer answer = read_answer(client);
  if (answer.status == 103) answer = read_answer(client);
  CHECK(answer.status == 502);
  CHECK(world.upstream.connections() == 1);
  CHECK(world.resends() == 0);
}

TEST_CASE("silence is a 504, not a reason to send a request again") {
  KeepingWorld world(keeps_then([](RawConnection& connection) { connection.peer_closed(); }),
                     {{"timeouts.response", "100ms"}});
  CHECK(world.front.ask(kGet).status == 504);
  CHECK(world.upstream.connections() == 1);
  CHECK(world.resends() == 0);
}

TEST_CASE("a client that leaves while its request is on a used connection has it not sent again") {
  Flag arrived;
  KeepingWorld world(keeps_then([&](RawConnection& connection) {
    arrived.set();
    connection.peer_closed();
  }));
  RawClient client(world.port());
  client.send(kGet);
  arrived.wait("the request is upstream");
  client.reset();
  CHECK(world.upstream.received(0) == kFirst + kGet);
  eventually("the request is over", [&] {
    return world.front.metric(R"(taskgate_requests_total{code="none",route="other"})") == 1;
  });
  CHECK(world.upstream.connections() == 1);
  CHECK(world.resends() == 0);
}

TEST_CASE("when nobody listens any more the request is a 502, not lost") {
  const TmuxServer tmux;
  auto upstream = std::make_unique<ScriptedUpstream>(keeps_then(kClose));
  const Gate gate(reusing(Gate::in_front_of(upstream->port(), tmux.socket())));
  CHECK(ask(gate.port(), kFirst).status == 204);
  upstream.reset();  // its idle connection ends with it
  CHECK(ask(gate.port(), kGet).status == 502);
}

// --- Requests that are sent once

// One that is not safe has a connection of its own, though one is idle; when that breaks the
// request is not sent again.
TEST_CASE("a request that may change something is sent once, on a connection of its own") {
  const std::string request = GENERATE(
      http_request("POST", "/x", "{}"), http_request("POST", "/x"), http_request("PUT", "/x", "{}"),
      http_request("DELETE", "/x"), http_request("PATCH", "/x", "{}"),
      http_request("POST", kCreate, "{}"), http_request("POST", kTerminalCreate));
  CAPTURE(request);
  KeepingWorld world([](RawConnection& connection) {
    while (connection.has_more()) {
      if (read_request(connection).method != "GET") return;
      connection.send(kNoContent);
    }
  });
  CHECK(world.front.ask(request).status == 502);
  CHECK(world.upstream.connections() == 2);
  std::string told = request;  // that the connection is not used again
  told.insert(told.find("\r\n\r\n"), "\r\nConnection: close");
  CHECK(world.upstream.received(1) == told);
  CHECK(world.resends() == 0);
  // The idle one is still there.
  CHECK(world.front.ask(kGet).status == 204);
  CHECK(world.upstream.connections() == 2);
}

TEST_CASE("a create leaves no connection, whatever its answer says") {
  ScriptedWorld world(answers([](const HttpRequest& request) {
                        return request.method == "GET"
                                   ? kNoContent
                                   : std::string(
                                         "HTTP/1.1 201 Created\r\nConnection: keep-alive\r\n"
                                         "Content-Length: 2\r\n\r\n{}");
                      }),
                      reusing());
  const std::string create = http_request("POST", kCreate, "{}");
  CHECK(world.front.ask(create).status == 201);
  CHECK(world.upstream.received(0) == create);
  CHECK(world.front.metric("taskgate_upstream_connections_idle") == 0);
}

TEST_CASE("the question about an item's kind uses and leaves no connection") {
  ScriptedWorld world(answers([](const HttpRequest& request) {
                        return request.method == "GET" && request.target != "/first"
                                   ? answer_of(R"({"kind":"app"})")
                                   : kNoContent;
                      }),
                      reusing());
  CHECK(world.front.ask(kFirst).status == 204);
  CHECK(world.front.ask(http_request("POST", "/api/desktop/ab/launch", "{}")).status == 204);
  CHECK(world.upstream.connections() == 3);  // the idle one, the question's, the launch's
  CHECK(world.front.metric("taskgate_upstream_connections_idle") == 1);
}

}  // namespace
}  // namespace taskgate::test
