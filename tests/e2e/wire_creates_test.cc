// Creates on the wire: read whole, decided, sent once; and the questions that the gate answers or
// asks itself.

#include "e2e/wire_world.h"
#include "support/catch.h"

namespace taskgate::test {
namespace {

const std::string kCreated = "HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}";
const std::string kConflict = "HTTP/1.1 409 Conflict\r\nContent-Length: 0\r\n\r\n";

std::string create_head(const std::string& fields) {
  return "POST " + kCreate + " HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n";
}

// Each request waits upstream for `go_on` and is answered with `answer`.
ScriptedUpstream::Script held(Flag& arrived, Flag& go_on, const std::string& answer) {
  return [&arrived, &go_on, answer](RawConnection& connection) {
    read_request(connection);
    arrived.set();
    go_on.wait("the test lets the upstream answer");
    connection.try_send(answer);
  };
}

TEST_CASE("a create with a length arrives byte for byte") {
  ScriptedWorld world(answer_with(kCreated));
  const std::string request =
      create_head("x-MARK: 1\r\ncontent-length: 4\r\nX-Mark:2\r\n") + "{\n }";
  CHECK(world.front.ask(request).status == 201);
  CHECK(world.upstream.received(0) == request);
}

TEST_CASE("a create's chunked body arrives with a length") {
  ScriptedWorld world(answer_with(kCreated));
  CHECK(world.front
            .ask(create_head("Transfer-Encoding: chunked\r\nTrailer: T\r\nA: b\r\n") +
                 "3;x=y\r\n{\"a\r\n4\r\n\":1}\r\n0\r\nT: 1\r\n\r\n")
            .status == 201);
  CHECK(world.upstream.received(0) == create_head("Content-Length: 7\r\nA: b\r\n") + "{\"a\":1}");
}

TEST_CASE("a create's expectation is answered by the gate, before anything is upstream") {
  ScriptedWorld world(answer_with(kCreated));
  RawClient client(world.port());
  client.send(create_head("Expect: 100-continue\r\nContent-Length: 2\r\n"));
  CHECK(read_answer(client).status == 100);
  CHECK(world.upstream.connections() == 0);
  client.send("{}");
  CHECK(read_answer(client).status == 201);
  CHECK(world.upstream.received(0) == create_head("Content-Length: 2\r\n") + "{}");
}

TEST_CASE("a create's body over admission.body_limit is a 413 and reaches no upstream") {
  ScriptedWorld world(answer_with(kCreated), {{"admission.body_limit", "1KiB"}});
  const std::string body(1025, ' ');
  const std::string request = GENERATE_COPY(
      as<std::string>{}, create_head("Content-Length: 1025\r\n") + body,
      create_head("Content-Length: 99999999999\r\n"),
      create_head("Transfer-Encoding: chunked\r\n") + "401\r\n" + body + "\r\n0\r\n\r\n");
  CHECK(parse_answer(world.front.raw(request)).status == 413);
  CHECK(world.upstream.connections() == 0);
}

TEST_CASE("a create's body of admission.body_limit passes") {
  ScriptedWorld world(answer_with(kCreated), {{"admission.body_limit", "1KiB"}});
  CHECK(world.front.ask(http_request("POST", kCreate, std::string(1024, ' '))).status == 201);
}

TEST_CASE("a create whose body is cut off never reaches the upstream") {
  const std::string framing =
      GENERATE(as<std::string>{}, "Content-Length: 10\r\n", "Transfer-Encoding: chunked\r\n");
  const std::string part = framing.starts_with("C") ? "" : "5\r\n";
  ScriptedWorld world(answer_with(kCreated));
  RawClient client(world.port());
  client.send(create_head(framing) + part + "{\"a\":");
  client.half_close();
  CHECK(client.read_to_end().empty());
  CHECK(world.upstream.connections() == 0);
}

TEST_CASE("a create whose chunks are malformed is a 400 and reaches no upstream") {
  ScriptedWorld world(answer_with(kCreated));
  const std::string request = create_head("Transfer-Encoding: chunked\r\n") + "2\r\n{}x\r\n";
  CHECK(parse_answer(world.front.raw(request)).status == 400);
  CHECK(world.upstream.connections() == 0);
}

TEST_CASE("a create whose body does not come in time is a 408 and reaches no upstream") {
  ScriptedWorld world(answer_with(kCreated), {{"timeouts.body", "50ms"}});
  CHECK(parse_answer(world.front.raw(create_head("Content-Length: 10\r\n") + "{")).status == 408);
  CHECK(world.upstream.connections() == 0);
}

TEST_CASE("a client that ends its sending after a whole create gets it") {
  ScriptedWorld world(answer_with(kCreated));
  RawClient client(world.port());
  client.send(http_request("POST", kCreate, "{}"));
  client.half_close();
  CHECK(parse_answer(client.read_to_end()).status == 201);
}

TEST_CASE("a client that resets before the decision drops its create") {
  Flag arrived;
  Flag go_on;
  ScriptedWorld world(held(arrived, go_on, kConflict), {{"limit", "1"}, {"admission.wait", "20s"}});
  RawClient first(world.port());
  first.send(http_request("POST", kCreate, "{}"));
  arrived.wait("the only slot is promised");
  RawClient second(world.port());
  second.send(http_request("POST", kCreate, "{}"));
  eventually("the second create waits",
             [&] { return world.front.metric(R"(taskgate_connections{kind="active"})") == 2; });
  second.reset();
  go_on.set();
  CHECK(read_answer(first).status == 409);
  eventually("the second create is withdrawn", [&] {
    return world.front.metric(R"(taskgate_admissions_total{decision="withdrawn",route="task"})") ==
           1;
  });
  CHECK(world.front.metric("taskgate_reservations") == 0);
  CHECK(world.upstream.connections() == 1);
}

TEST_CASE("a client that resets after its create was sent frees no slot before the answer") {
  Flag arrived;
  Flag go_on;
  ScriptedWorld world(held(arrived, go_on, kCreated), {{"limit", "1"}, {"admission.wait", "50ms"}});
  RawClient client(world.port());
  client.send(http_request("POST", kCreate, "{}"));
  arrived.wait("the create is upstream");
  client.reset();
  CHECK(world.front.ask(http_request("POST", kCreate, "{}")).status == 429);
  CHECK(world.front.metric("taskgate_reservations") == 1);
  go_on.set();
  eventually("the exchange is carried to its end", [&] {
    return world.front.metric(R"(taskgate_requests_total{code="201",route="task"})") == 1;
  });
  eventually("the slot is free again",
             [&] { return world.front.metric("taskgate_reservations") == 0; });
  CHECK(world.front.metric("taskgate_reservations_abandoned_total") == 0);
  CHECK(world.upstream.connections() == 1);
}

TEST_CASE(
    "a client that does not take interim answers holds its slot for timeouts.create at most") {
  const std::string interim =
      "HTTP/1.1 103 Early Hints\r\nLink: " + std::string(50'000, 'x') + "\r\n\r\n";
  ScriptedWorld world(
      [&](RawConnection& connection) {
        read_request(connection);
        for (;;) connection.send(interim);
      },
      {{"timeouts.create", "300ms"}, {"admission.settle", "0s"}});
  RawClient client(world.port());
  client.send(http_request("POST", kCreate, "{}"));
  eventually("the create is given up",
             [&] { return world.front.metric("taskgate_reservations_abandoned_total") == 1; });
  eventually("the slot is free", [&] { return world.front.metric("taskgate_reservations") == 0; });
}

TEST_CASE("a create whose upstream fails is answered, and never sent again") {
  const bool resets = GENERATE(true, false);
  ScriptedWorld world([&](RawConnection& connection) {
    read_request(connection);
    if (resets) connection.reset();
  });
  CHECK(world.front.ask(http_request("POST", kCreate, "{}")).status == 502);
  CHECK(world.upstream.connections() == 1);
  CHECK(world.front.metric("taskgate_reservations") == 1);
}

TEST_CASE("a create without an answer in timeouts.create is a 504 and keeps its slot") {
  ScriptedWorld world(
      [](RawConnection& connection) {
        read_request(connection);
        connection.peer_closed();
      },
      {{"timeouts.create", "50ms"}});
  CHECK(world.front.ask(http_request("POST", kCreate, "{}")).status == 504);
  CHECK(world.upstream.connections() == 1);
  CHECK(world.front.metric("taskgate_reservations") == 1);
}

TEST_CASE("pipelined creates are decided and sent one after the other, each once") {
  const CoderWorld world(Gate::Settings{{"limit", "2"}});
  std::string requests;
  for (const char* const marker : {"a", "b", "c"}) {
    requests += http_request("POST", kTerminalCreate, "{}", {{"X-Marker", marker}});
  }
  RawClient client(world.port());
  client.send(requests);
  CHECK(read_answer(client).status == 201);
  CHECK(read_answer(client).status == 201);
  CHECK(read_answer(client).status == 429);
  CHECK(world.standin.stats().create_ids == std::vector<std::string>{"a", "b"});
  CHECK(world.standin.stats().connections >= 2);
  CHECK(world.tmux.count() == 2);
}

// What each answer of the gate's own has.
void check_own(const HttpAnswer& answer) {
  CHECK(answer.field("Server") == "taskgate");
  CHECK(answer.field("Date").value_or("").ends_with(" GMT"));
  const std::string id = answer.field("X-Request-Id").value_or("");
  CHECK_FALSE(id.empty());
  if (answer.field("Content-Type") != "application/json") return;
  CHECK(answer.body.find("\"request_id\":\"" + id + "\"") != std::string::npos);
}

TEST_CASE("each answer of the gate's own says when, by whom, and by which id") {
  ScriptedWorld world(answer_with("nonsense\r\n\r\n"));
  const auto ask = [&](const std::string& request) {
    const HttpAnswer answer = world.front.ask(request);
    INFO(request << answer.status);
    check_own(answer);
    return answer;
  };
  CHECK(ask(http_request("GET", "/")).status == 502);
  CHECK(ask(http_request("OPTIONS", "*", "", {{"Max-Forwards", "0"}})).status == 200);
  CHECK(ask(http_request("TRACE", "/", "", {{"Max-Forwards", "0"}})).status == 200);
  CHECK(ask("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n").status == 400);
  CHECK(ask("nonsense\r\n\r\n").status == 400);
  CHECK(ask(http_request("CONNECT", "a:1")).status == 501);
}

TEST_CASE("an answer of the gate's own has the request's id where it is one") {
  ScriptedWorld world(answer_with("nonsense\r\n\r\n"));
  const auto id = [&](const HttpFields& fields, const std::string& method = "GET") {
    return world.front.ask(http_request(method, "/", "", fields))
        .field("X-Request-Id")
        .value_or("");
  };
  CHECK(id({{"X-Request-Id", "a-b-1"}}) == "a-b-1");
  CHECK(id({{"x-request-id", "a-b-2"}, {"Max-Forwards", "0"}}, "OPTIONS") == "a-b-2");
  const std::string made = id({{"X-Request-Id", "a b"}});
  CHECK(made.size() == 12);
  CHECK(id({{"X-Request-Id", "a"}, {"X-Request-Id", "b"}}).size() == 12);
  CHECK(id({}) != made);
}

TEST_CASE("an answer that is forwarded gets nothing of what the gate's own have") {
  ScriptedWorld world(answer_with(kNoContent));
  const HttpAnswer answer = world.front.ask(http_request("GET", "/"));
  CHECK(answer.status == 204);
  CHECK_FALSE(answer.field("Date"));
  CHECK_FALSE(answer.field("Server"));
  CHECK_FALSE(answer.field("X-Request-Id"));
}

TEST_CASE("a refused create leaves the connection usable") {
  const CoderWorld world(Gate::Settings{{"limit", "0"}});
  RawClient client(world.port());
  client.send(http_request("POST", kCreate, "{}"));
  const HttpAnswer refusal = read_answer(client);
  CHECK(refusal.status == 429);
  CHECK(refusal.field("Retry-After").has_value());
  CHECK(refusal.body.find(R"("status":"rejected")") != std::string::npos);
  check_own(refusal);
  client.send(http_request("GET", "/livez"));
  CHECK(read_answer(client).status == 200);
}

TEST_CASE("OPTIONS and TRACE that may not be forwarded are answered by the gate") {
  ScriptedWorld world(answer_with(kNoContent));
  const HttpAnswer options =
      world.front.ask(http_request("OPTIONS", "*", "", {{"Max-Forwards", "0"}}));
  CHECK(options.status == 200);
  CHECK(options.field("Server") == "taskgate");
  const HttpAnswer trace = world.front.ask(
      http_request("TRACE", "/a", "", {{"X-A", "b"}, {"Cookie", "c"}, {"Max-Forwards", "0"}}));
  CHECK(trace.field("Content-Type") == "message/http");
  CHECK(trace.body == "TRACE /a HTTP/1.1\r\nHost: test\r\nMax-Forwards: 0\r\n\r\n");
  CHECK(world.upstream.connections() == 0);
}

TEST_CASE("Max-Forwards of OPTIONS and TRACE is counted down, and of others left alone") {
  ScriptedWorld world(answer_with(kNoContent));
  world.front.ask(http_request("OPTIONS", "*", "", {{"Max-Forwards", "1"}}));
  world.front.ask(http_request("TRACE", "/", "", {{"Max-Forwards", "10"}}));
  world.front.ask(http_request("GET", "/", "", {{"Max-Forwards", "0"}}));
  CHECK(world.upstream.received(0).find("\r\nMax-Forwards: 0\r\n") != std::string::npos);
  CHECK(world.upstream.received(1).find("\r\nMax-Forwards: 9\r\n") != std::string::npos);
  CHECK(world.upstream.received(2).find("\r\nMax-Forwards: 0\r\n") != std::string::npos);
}

struct Launch {
  std::string item;
  int status;
};

TEST_CASE("at the limit only desktop items of kind task are refused") {
  const auto row = GENERATE(values<Launch>({{"t1", 429}, {"u1", 200}, {"s1", 200}, {"none", 404}}));
  CAPTURE(row.item);
  const CoderWorld world(Gate::Settings{{"limit", "0"}});
  const std::string target = "/api/desktop/" + row.item + "/launch";
  CHECK(world.front.ask(http_request("POST", target)).status == row.status);
  CHECK(world.tmux.count() == 0);
}

TEST_CASE("a desktop item of kind task is launched once and takes a slot") {
  const CoderWorld world(Gate::Settings{{"limit", "1"}});
  CHECK(world.front.ask(http_request("POST", "/api/desktop/t1/launch")).status == 201);
  CHECK(world.standin.stats().creates_executed == 1);
  CHECK(world.tmux.count() == 1);
  CHECK(world.front.ask(http_request("POST", "/api/desktop/t1/launch")).status == 429);
}

TEST_CASE("a launch whose item's kind cannot be learnt is treated as a create") {
  ScriptedWorld world(answer_with("HTTP/1.0 500 Oops\r\n\r\n"), {{"limit", "0"}});
  CHECK(world.front.ask(http_request("POST", "/api/desktop/x/launch")).status == 429);
  CHECK(world.upstream.connections() == 1);
}

}  // namespace
}  // namespace taskgate::test
