// How the stand-in speaks HTTP, who it lets in, and what it reads: the facts of the upstream that a
// gate meets.

#include <csignal>

#include "e2e/standin_world.h"
#include "support/catch.h"
#include "support/failure.h"

namespace taskgate::test {
namespace {

std::string lines_of(int count, const std::string& line) {
  std::string out;
  for (int i = 0; i < count; ++i) out += line;
  return out;
}

TEST_CASE("an answer is HTTP/1.0 and ends with the connection, without a length") {
  const StandinWorld world;
  const HttpAnswer answer = world.ask("GET", "/livez");
  CHECK(answer.version == "HTTP/1.0");
  CHECK(answer.status == 200);
  CHECK(answer.framing == Framing::until_close);
  CHECK(answer.fields.at(0).name == "Server");
  CHECK(answer.fields.at(0).value.starts_with("SimpleHTTP/0.6 Python/3.12"));
  CHECK(answer.fields.count("Date") == 1);
  CHECK(answer.field("Content-type") == "application/json; charset=utf-8");
  CHECK(answer.field("Cache-Control") == "no-cache, no-store, must-revalidate");
  CHECK(answer.body == R"({"status": "ok"})");
}

TEST_CASE("a second request behind an ordinary answer is dropped, keep-alive or not") {
  const StandinWorld world;
  const std::string version = GENERATE("HTTP/1.0", "HTTP/1.1");
  const std::string request = "GET /livez " + version + "\r\nConnection: keep-alive\r\n\r\n";
  const std::string answers = world.raw(request + request);
  CHECK(answers.find("200 OK") == answers.rfind("200 OK"));
  CHECK(world.standin.stats().requests == 1);
}

TEST_CASE("versions below 2.0 are served, HTTP/0.9 without a head") {
  const StandinWorld world;
  const std::string end =
      GENERATE("", " HTTP/0.9", " HTTP/1.0", " HTTP/1.1", " HTTP/1.9", " HTTP/01.01");
  const std::string answer = world.raw("GET /livez" + end + "\r\n\r\n");
  const bool headless = end.empty() || end == " HTTP/0.9";
  INFO(end);
  CHECK(answer.starts_with(headless ? "{" : "HTTP/1.0 200 OK\r\n"));
}

TEST_CASE("what the parser refuses is closed without a byte") {
  const StandinWorld world;
  const std::string request =
      GENERATE(as<std::string>(), "PRI * HTTP/2.0\r\n\r\n", "GET /livez http/1.1\r\n\r\n",
               "GET /livez HTTP/1.1x\r\n\r\n", "POST /livez\r\n\r\n", "\x16\x03\x01\x02\r\n",
               "\r\nGET /livez HTTP/1.1\r\n\r\n", "GET /livez a HTTP/1.1\r\n\r\n");
  INFO(shown(request));
  RawClient client(world.port());
  client.send(request);
  REQUIRE(client.peer_closed());
  CHECK(client.received().empty());
}

TEST_CASE("a request line of more than 65536 bytes is closed without a byte") {
  const StandinWorld world;
  RawClient client(world.port());
  client.try_send("GET /" + std::string(66'000, 'x') + " HTTP/1.1\r\n\r\n");
  REQUIRE(client.peer_closed());
  CHECK(client.received().empty());
}

TEST_CASE("99 header lines pass and 100 are 431") {
  const StandinWorld world;
  const std::string line = "GET /livez HTTP/1.1\r\n";
  CHECK(parse_answer(world.raw(line + lines_of(99, "A: b\r\n") + "\r\n")).status == 200);
  // The answer of 100 is sent with the empty line unread, so it may end in a reset: only the head
  // counts.
  RawClient client(world.port());
  client.send(line + lines_of(100, "A: b\r\n") + "\r\n");
  CHECK(read_answer(client).status == 431);
}

TEST_CASE("a header line of more than 65536 bytes is 431") {
  const StandinWorld world;
  RawClient client(world.port());
  client.send("GET /livez HTTP/1.1\r\nA: " + std::string(65'540, 'x') + "\r\n\r\n");
  CHECK(read_answer(client).status == 431);
}

TEST_CASE("lines may end in LF alone, and a Host is not asked for") {
  const StandinWorld world;
  CHECK(parse_answer(world.raw("GET /livez HTTP/1.1\n\n")).status == 200);
}

struct MethodRow {
  const char* method;
  const char* target;
  int status;
  bool empty;
};

TEST_CASE("methods are told apart by case, and HEAD is no GET") {
  const StandinWorld world;
  const auto row = GENERATE(values<MethodRow>({
      {"GET", "/health", 200, false},
      {"HEAD", "/livez", 404, true},
      {"HEAD", "/api/claude/tasks", 404, true},
      {"HEAD", "/", 200, true},
      {"OPTIONS", "*", 204, true},
      {"OPTIONS", "/api/claude/tasks", 204, true},
      {"TRACE", "/", 501, false},
      {"CONNECT", "/", 501, false},
      {"post", "/api/claude/tasks", 501, false},
      {"Post", "/api/claude/tasks", 501, false},
      {"PUT", "/api/claude/tasks", 501, true},
      {"PATCH", "/x", 501, true},
      {"GET", "/api/nothing", 404, false},
  }));
  INFO(row.method << " " << row.target);
  const HttpAnswer answer = world.ask(row.method, row.target);
  CHECK(answer.status == row.status);
  CHECK(answer.body.empty() == row.empty);
  CHECK(world.standin.stats().creates_received == 0);
}

TEST_CASE("an unknown POST is 404 and says what it received") {
  const StandinWorld world;
  const HttpAnswer answer = world.ask("POST", "/oauth/api/nothing");
  CHECK(answer.status == 404);
  CHECK(answer.body == "API endpoint not found. Received: /api/nothing");
}

TEST_CASE("a stock error page has a length and says that it closes") {
  const StandinWorld world;
  const HttpAnswer answer = world.ask("TRACE", "/");
  CHECK(answer.field("Connection") == "close");
  CHECK(answer.framing == Framing::length);
}

TEST_CASE("Expect: 100-continue is never answered") {
  const StandinWorld world;
  RawClient client(world.port());
  client.send("POST " + kTerminal +
              " HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  eventually("the head is read", [&] { return world.standin.stats().creates_received == 1; });
  CHECK(client.pending().empty());
  client.send("{}");
  CHECK(read_answer(client).status == 201);
}

TEST_CASE("seven connections at once overflow the listen backlog of 5") {
  StandinWorld world;
  world.standin.process().signal(SIGSTOP);  // nothing is accepted, so the queue stays as it is
  std::vector<RawClient> clients;
  for (int i = 0; i < 6; ++i) clients.emplace_back(world.port());
  CHECK_THROWS_AS(RawClient(world.port(), std::chrono::milliseconds(300)), Failure);
  world.standin.process().signal(SIGCONT);
}

TEST_CASE("--backlog makes room for a burst") {
  StandinWorld world({"--backlog", "64"});
  world.standin.process().signal(SIGSTOP);
  std::vector<RawClient> clients;
  for (int i = 0; i < 32; ++i) clients.emplace_back(world.port());
  CHECK(clients.size() == 32);
}

struct AuthRow {
  const char* target;
  HttpFields fields;
  int status;
};

TEST_CASE("oauth2 mode takes a bearer, or an identity header that is not behind /bearer-api/") {
  const StandinWorld world({"--auth-mode", "oauth2", "--token", "secret"});
  const auto row = GENERATE(values<AuthRow>({
      {"/api/claude/tasks", {}, 401},
      {"/api/claude/tasks", {{"Authorization", "Bearer secret"}}, 200},
      {"/api/claude/tasks", {{"Authorization", "bearer secret"}}, 401},
      {"/api/claude/tasks", {{"Authorization", "Bearer wrong"}}, 401},
      {"/api/claude/tasks", {{"X-Auth-Request-User", "u"}}, 200},
      {"/api/claude/tasks", {{"X-Auth-Request-Email", "u@x"}}, 200},
      {"/api/claude/tasks", {{"Remote-User", "u"}}, 200},
      {"/api/claude/tasks", {{"Remote-User", ""}}, 401},
      {"/bearer-api/api/claude/tasks", {{"Remote-User", "u"}}, 401},
      {"/bearer-api/api/claude/tasks", {{"Authorization", "Bearer secret"}}, 200},
      {"/api/desktop/t1", {}, 200},
      {"/livez", {}, 200},
      {"/metrics", {}, 401},
  }));
  INFO(row.target);
  CHECK(world.ask("GET", row.target, "", row.fields).status == row.status);
}

TEST_CASE("in oauth2 mode an unauthorized create is 401 even at capacity") {
  const StandinWorld world({"--auth-mode", "oauth2", "--cap", "0"});
  CHECK(world.ask("POST", kTerminal).status == 401);
  CHECK(world.ask("POST", kTerminal, "", {{"Remote-User", "u"}}).status == 429);
}

TEST_CASE("read-only mode refuses every change before anything else") {
  const StandinWorld world({"--readonly", "--auth-mode", "none"});
  const std::string method = GENERATE("POST", "PUT", "PATCH", "DELETE");
  const HttpAnswer answer = world.ask(method, kClaude, "not json");
  CHECK(answer.status == 403);
  CHECK(answer.body.find(R"("code": "readonly")") != std::string::npos);
  CHECK(world.ask("GET", kClaude).status == 200);
}

TEST_CASE("mode none is allowed only together with read-only mode") {
  Process refused({standin_binary(), "--auth-mode", "none"});
  CHECK(refused.wait() == 64);
}

TEST_CASE("the environment sets the modes as upstream") {
  Environment environment = clean_environment();
  environment["READONLY_MODE"] = "true";
  Process process({standin_binary(), "--port", "0"}, environment);
  const auto port = std::stoi(capture(process.wait_for_line("^listening on "), R"(:(\d+)$)"));
  CHECK(ask(static_cast<std::uint16_t>(port), http_request("POST", kTerminal)).status == 403);
}

TEST_CASE("SIGTERM ends the stand-in with open connections") {
  StandinWorld world;
  RawClient client(world.port());
  client.send("GET /api/events HTTP/1.1\r\n\r\n");
  client.read_until("event: ready");
  world.standin.process().signal(SIGTERM);
  CHECK(world.standin.process().wait() == 0);
}

TEST_CASE("the statistics do not count themselves") {
  const StandinWorld world;
  world.standin.stats();
  world.ask("GET", "/livez");
  const auto stats = world.standin.stats();
  CHECK(stats.requests == 1);
  CHECK(stats.connections == 1);
}

}  // namespace
}  // namespace taskgate::test
