// What the gate does to requests by its configuration and its upstream's rules.

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

TEST_CASE("a request that resembles a create and is none arrives byte for byte") {
  const std::string request =
      GENERATE(as<std::string>{},
               "GET /bearer-api/api/claude/tasks HTTP/1.1\r\nHost: h\r\nRemote-User: me\r\n\r\n",
               "post /api/claude/tasks HTTP/1.1\r\nHost: h\r\n\r\n",
               "DELETE /api/claude/tasks/1-2 HTTP/1.1\r\nHost: h\r\n\r\n",
               "POST /api/claude/tasks?x HTTP/1.1\r\nHost: h\r\ncontent-LENGTH:  2 \r\n\r\n{}");
  CAPTURE(request);
  CHECK(arrives(request) == request);
}

TEST_CASE("with forwarded the client's address is appended to X-Forwarded-For") {
  const Gate::Settings forwarded = {{"forwarded", "true"}};
  CHECK(arrives("GET / HTTP/1.1\r\nHost: h\r\nA: b\r\n\r\n", forwarded) ==
        "GET / HTTP/1.1\r\nHost: h\r\nA: b\r\nX-Forwarded-For: 127.0.0.1\r\n\r\n");
  CHECK(arrives("GET / HTTP/1.1\r\nX-Forwarded-For: 9.9.9.9\r\nHost: h\r\n\r\n", forwarded) ==
        "GET / HTTP/1.1\r\nX-Forwarded-For: 9.9.9.9, 127.0.0.1\r\nHost: h\r\n\r\n");
}

TEST_CASE("a target that leads through the app proxy to the gate's own port is a 508") {
  const CoderWorld world;
  const std::string port = std::to_string(world.port());
  const std::string method = GENERATE(as<std::string>{}, "GET", "POST", "HEAD", "OPTIONS");
  std::string target;
  for (int i = 0; i < 1000; ++i) target += "/api/app-proxy/" + port;
  for (const std::string& leads : {"/oauth/api/app-proxy/0" + port + "/", target + "/livez"}) {
    const auto answer = world.front.ask(http_request(method, leads),
                                        method == "HEAD" ? AnswerTo::head : AnswerTo::other);
    CHECK(answer.status == 508);
    if (method != "HEAD") CHECK(answer.body.find("loop") != std::string::npos);
  }
  CHECK(world.standin.stats().requests == 0);
}

TEST_CASE("the admin port may be looked at through the app proxy") {
  const CoderWorld world;
  const std::string port = std::to_string(world.front.gate.admin_port());
  CHECK(world.front.ask(http_request("GET", "/api/app-proxy/" + port + "/livez")).status == 200);
}

TEST_CASE("a connection that is idle between two requests ends without an answer") {
  ScriptedWorld world(answer_with(kNoContent), {{"timeouts.keep_alive", "50ms"}});
  RawClient client(world.port());
  client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(read_answer(client).status == 204);
  CHECK(client.read_to_end().empty());
}

TEST_CASE("an answer that is refused or cut is told in the log by what is wrong in it") {
  const auto [answer, status, fault] = GENERATE(table<std::string, int, std::string>({
      {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok", 502,
       "repeated Content-Length"},
      {"HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n", 502, "folded header line"},
      {"HTTP/1.1 999 No\r\n\r\n", 502, "status outside 100 to 599"},
      {"HTTP/1.1 200 OK\r\nA: \x01\r\n\r\n", 502, "control byte in a field value"},
      {"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", 502,
       "101 to a request that asked for no upgrade"},
      {"+OK redis here\r\n\r\n", 502, "malformed status line"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 200, "malformed chunk size"},
  }));
  ScriptedWorld world(answer_with(answer));
  CHECK(world.front
            .raw("GET /a?secret HTTP/1.1\r\nHost: h\r\nX-Request-Id: id-1\r\nConnection: "
                 "close\r\n\r\n")
            .starts_with("HTTP/1.1 " + std::to_string(status)));
  const std::string line = world.front.gate.process().wait_for_line("answer_refused");
  INFO(line);
  CHECK(line.find("\"answer_fault\":\"" + fault + "\"") != std::string::npos);
  CHECK(line.find("\"status\":" + std::to_string(status) + ",") != std::string::npos);
  CHECK(line.find("\"request_id\":\"id-1\"") != std::string::npos);
  CHECK(line.find("\"path\":\"/a\"") != std::string::npos);
  CHECK(line.find("secret") == std::string::npos);
}

TEST_CASE("an answer that is refused is found by the id that its client was given") {
  ScriptedWorld world(answer_with("HTTP/1.1 999 No\r\n\r\n"));
  RawClient client(world.port());
  client.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
  const HttpAnswer answer = read_answer(client);
  CHECK(answer.status == 502);
  const std::string line = world.front.gate.process().wait_for_line("answer_refused");
  INFO(line);
  CHECK(line.find("\"status\":502,") != std::string::npos);
  CHECK(line.find("\"request_id\":\"" + answer.field("x-request-id").value_or("?") + "\"") !=
        std::string::npos);
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
