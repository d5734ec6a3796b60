// The routes that make sessions: what they take, what they answer, and how the upstream's own limit
// fails.

#include <algorithm>
#include <boost/json.hpp>

#include "e2e/standin_world.h"
#include "support/catch.h"
#include "support/storm.h"

namespace taskgate::test {
namespace {

// A socket's path has 107 bytes at most, so tmux fails at once.
const std::string kTooLong(200, 'x');

const HttpFields kFire = {{"Authorization", "Bearer nightly-token"}};

boost::json::object json_of(const HttpAnswer& answer) {
  return boost::json::parse(answer.body).as_object();
}

std::string text_of(const HttpAnswer& answer, const char* name) {
  return std::string(json_of(answer).at(name).as_string());
}

// How a client sends a body, or fails to.
enum class Body {
  none,
  empty,
  chunked,
  valid,
  invalid,
  bad_length,
  over_size,
  array,
  number,
  fin,
  part,
  reset
};

std::string create_head(const std::string& path, const std::string& fields) {
  return "POST " + path + " HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n";
}

std::string request_for(const std::string& path, Body body) {
  switch (body) {
    case Body::none:
      return create_head(path, "");
    case Body::empty:
      return create_head(path, "Content-Length: 0\r\n");
    case Body::chunked:
      return create_head(path, "Transfer-Encoding: chunked\r\n") + "2\r\n{]\r\n0\r\n\r\n";
    case Body::valid:
      return create_head(path, "Content-Length: 2\r\n") + "{}";
    case Body::invalid:
      return create_head(path, "Content-Length: 4\r\n") + "{]]]";
    case Body::bad_length:
      return create_head(path, "Content-Length: two\r\n") + "{}";
    case Body::over_size:
      return create_head(path, "Content-Length: 1048577\r\n");
    case Body::array:
      return create_head(path, "Content-Length: 2\r\n") + "[]";
    case Body::number:
      return create_head(path, "Content-Length: 13\r\n") + R"({"workdir":1})";
    case Body::fin:
    case Body::reset:
      return create_head(path, "Content-Length: 10\r\n");
    case Body::part:
      return create_head(path, "Content-Length: 10\r\n") + "{\"a";
  }
  return {};
}

struct BodyRow {
  Body body;
  int claude;  // status; 0: no answer comes
  int terminal;
};

TEST_CASE("each kind of body, good or bad or cut short, has the upstream's outcome") {
  const StandinWorld world;
  const auto row = GENERATE(values<BodyRow>({
      {Body::none, 201, 201},
      {Body::empty, 201, 201},
      {Body::chunked, 201, 201},
      {Body::valid, 201, 201},
      {Body::invalid, 400, 201},
      {Body::bad_length, 400, 201},
      {Body::over_size, 400, 201},
      {Body::array, 500, 201},
      {Body::number, 500, 500},
      {Body::fin, 201, 201},
      {Body::part, 400, 201},
      {Body::reset, 0, 0},
  }));
  const bool claude = GENERATE(true, false);
  const int status = claude ? row.claude : row.terminal;
  INFO("body " << static_cast<int>(row.body) << (claude ? " claude" : " terminal"));
  RawClient client(world.port());
  client.send(request_for(claude ? kClaude : kTerminal, row.body));
  if (row.body == Body::fin || row.body == Body::part) client.half_close();
  eventually("the head is read", [&] { return world.standin.stats().creates_received == 1; });
  if (row.body == Body::reset) {
    client.reset();
  } else {
    CHECK(read_answer_head(client).status == status);
  }
  world.wait_until_idle();
  CHECK(world.standin.stats().creates_executed == (status == 201 ? 1 : 0));
  CHECK(world.tmux.count() == (status == 201 ? 1 : 0));
}

TEST_CASE("a client that sends all and leaves without reading has made a session") {
  const StandinWorld world;
  RawClient(world.port()).send(request_for(kTerminal, Body::valid));
  eventually("the session is there", [&] { return world.tmux.count() == 1; });
}

TEST_CASE("a chunked body is ignored: the prompt does not arrive") {
  const StandinWorld world;
  const std::string body = "f\r\n{\"prompt\":\"hi\"}\r\n0\r\n\r\n";
  RawClient client(world.port());
  client.send(create_head(kClaude, "Transfer-Encoding: chunked\r\n") + body);
  const HttpAnswer answer = read_answer(client);
  CHECK(answer.status == 201);
  CHECK(json_of(answer).at("prompt").is_null());
}

struct LengthRow {
  const char* fields;
  const char* prompt;  // that arrives; null for none
};

TEST_CASE("Content-Length is read as Python reads a number from an email header") {
  const StandinWorld world;
  const auto row = GENERATE(values<LengthRow>({
      {"Content-Length: 15\r\nContent-Length: 2\r\n", "hi"},
      {"Content-Length: +15\r\n", "hi"},
      {"Content-Length: 1_5\r\n", "hi"},
      {"content-length:15\r\n", "hi"},
      {"Content-Length:\r\n 15\r\n", "hi"},
      {"A: b\rContent-Length: 15\r\n", "hi"},
      {"Content-Length: -1\r\n", "hi"},
      {"Content-Length : 15\r\n", nullptr},
      {"no colon\r\nContent-Length: 15\r\n", nullptr},
  }));
  INFO(row.fields);
  RawClient client(world.port());
  client.send(create_head(kClaude, row.fields) + R"({"prompt":"hi"})");
  client.half_close();
  const HttpAnswer answer = read_answer(client);
  REQUIRE(answer.status == 201);
  const auto prompt = json_of(answer).at("prompt");
  CHECK((row.prompt == nullptr ? prompt.is_null() : prompt == row.prompt));
}

TEST_CASE("a 201 names a session that is listed already") {
  const StandinWorld world;
  const HttpAnswer claude = world.ask("POST", kClaude, R"({"prompt":"p","response_secret":"s"})");
  const HttpAnswer terminal = world.ask("POST", kTerminal);
  const std::vector<std::string> names = world.tmux.list();
  REQUIRE(names.size() == 2);
  CHECK(std::count(names.begin(), names.end(), text_of(claude, "tmux_session")) == 1);
  CHECK(std::count(names.begin(), names.end(), text_of(terminal, "tmux_session")) == 1);
  CHECK(text_of(claude, "tmux_session") == "kube-coder-" + text_of(claude, "task_id"));
  CHECK(text_of(claude, "response_secret") == "s");
  CHECK(text_of(terminal, "kind") == "terminal");
  CHECK(text_of(terminal, "session_id") == text_of(terminal, "task_id"));
  CHECK(capture(text_of(claude, "task_id"), R"(^(\d{10}-[0-9a-f]{8})$)") != "");
}

TEST_CASE("webhooks, crons and desktop items answer as upstream and make a session each") {
  const StandinWorld world;
  const HttpAnswer hook = world.ask("POST", "/api/webhooks/hook1", R"({"a":1})");
  CHECK(hook.status == 202);
  CHECK(text_of(hook, "webhook_id") == "hook1");
  CHECK(!json_of(hook).contains("tmux_session"));
  CHECK(world.ask("POST", "/api/webhooks/hook1/test", R"({"payload":{}})").status == 202);
  const HttpAnswer cron = world.ask("POST", "/api/triggers/cron-fire/nightly", "", kFire);
  CHECK(cron.status == 202);
  CHECK(text_of(cron, "cron_id") == "nightly");
  const HttpAnswer item = world.ask("POST", "/api/desktop/t1/launch");
  CHECK(item.status == 201);
  CHECK(text_of(item, "kind") == "task");
  CHECK(world.tmux.count() == 4);
  CHECK(world.standin.stats().creates_received == 4);
}

TEST_CASE("unknown webhooks, bad fire tokens and suspended crons make nothing") {
  const StandinWorld world;
  CHECK(world.ask("POST", "/api/webhooks/other").body ==
        R"({"error": "Not found or unauthorized"})");
  CHECK(world.ask("POST", "/api/triggers/cron-fire/nightly").status == 404);
  CHECK(world.ask("POST", "/api/triggers/cron-fire/other", "", kFire).status == 404);
  CHECK(world.ask("POST", "/api/triggers/cron-fire/paused", "", kFire).status == 409);
  CHECK(world.ask("POST", "/api/desktop/zz/launch").status == 404);
  CHECK(world.tmux.count() == 0);
}

TEST_CASE("the launch of a desktop item makes a session only when its kind is task") {
  const StandinWorld world;
  CHECK(json_of(world.ask("GET", "/api/desktop/u1")).at("action").at("type") == "url");
  CHECK(json_of(world.ask("GET", "/api/desktop/t1")).at("action").at("type") == "task");
  CHECK(world.ask("GET", "/api/desktop/none").status == 404);
  CHECK(world.ask("POST", "/api/desktop/u1/launch").status == 200);
  CHECK(world.ask("POST", "/api/desktop/s1/launch").status == 200);
  CHECK(world.tmux.count() == 0);
  CHECK(world.standin.stats().creates_received == 0);
}

TEST_CASE("at capacity every create is 429 with the upstream's text and no Retry-After") {
  const StandinWorld world({"--cap", "1"});
  REQUIRE(world.ask("POST", kTerminal).status == 201);
  const std::string text =
      "concurrent task limit reached (1/1); wait for a task to finish or raise KC_MAX_TASKS";
  const std::string path = GENERATE(as<std::string>(), kClaude, kTerminal, "/api/webhooks/hook1",
                                    "/api/webhooks/hook1/test", "/api/triggers/cron-fire/nightly",
                                    "/api/desktop/t1/launch");
  INFO(path);
  const HttpAnswer answer = world.ask("POST", path, "{}", kFire);
  CHECK(answer.status == 429);
  CHECK(text_of(answer, "error") == text);
  CHECK(answer.fields.count("Retry-After") == 0);
  CHECK(json_of(answer).contains("webhook_id") == (path.find("webhooks") != std::string::npos));
  CHECK(json_of(answer).contains("cron_id") == (path.find("cron") != std::string::npos));
  CHECK(world.tmux.count() == 1);
}

TEST_CASE("a limit of 0 or below refuses every create") {
  const StandinWorld world({"--cap", GENERATE("0", "-1")});
  CHECK(world.ask("POST", kTerminal).status == 429);
}

TEST_CASE("a webhook refused at capacity is a duplicate when it is tried again with room") {
  const StandinWorld world({"--cap", "1"});
  const HttpAnswer task = world.ask("POST", kTerminal);
  CHECK(world.ask("POST", "/api/webhooks/hook1", R"({"n":1})").status == 429);
  REQUIRE(world.ask("DELETE", kClaude + "/" + text_of(task, "task_id")).status == 200);
  CHECK(world.ask("POST", "/api/webhooks/hook1", R"({"n":1})").status == 409);
  CHECK(world.ask("POST", "/api/webhooks/hook1", R"({"n":2})").status == 202);
}

TEST_CASE("the limit is checked and used in two steps: a storm is admitted past it") {
  StandinWorld world({"--cap", "12", "--create-delay", "1500", "--backlog", "128"});
  run_storm(world.port(), {"--path", kTerminal, "--count", "30"});
  CHECK(world.tmux.count() >= 13);
  CHECK(world.standin.stats().creates_received == 30);
}

TEST_CASE("when tmux fails, each route says so in its own way") {
  TempDir dir;
  const Standin standin(dir / kTooLong);
  const auto post = [&](const std::string& path) {
    return ask(standin.port(), http_request("POST", path, "{}", kFire));
  };
  const HttpAnswer claude = post(kClaude);
  CHECK(claude.status == 201);
  CHECK(claude.body.find(R"("status": "error")") != std::string::npos);
  const HttpAnswer terminal = post(kTerminal);
  CHECK(terminal.status == 201);
  CHECK(text_of(terminal, "status") == "error");
  CHECK(post("/api/webhooks/hook1").status == 502);
  CHECK(post("/api/webhooks/hook1/test").status == 502);
  const HttpAnswer cron = post("/api/triggers/cron-fire/nightly");
  CHECK(cron.status == 202);
  CHECK(text_of(cron, "status") == "error");
  CHECK(post("/api/desktop/t1/launch").status == 500);
}

TEST_CASE("a tmux failure counts as no sessions: the upstream's limit fails open") {
  TempDir dir;
  const Standin standin(dir / kTooLong, {"--cap", "1"});
  CHECK(ask(standin.port(), http_request("POST", kTerminal)).status == 201);
  CHECK(ask(standin.port(), http_request("POST", kTerminal)).status == 201);
}

TEST_CASE("a socket in a folder that does not exist is answered 201 running: tmux says no word") {
  TempDir dir;
  const Standin standin(dir / "no-such-folder/socket");
  const HttpAnswer answer = ask(standin.port(), http_request("POST", kTerminal));
  CHECK(answer.status == 201);
  CHECK(text_of(answer, "status") == "running");
}

TEST_CASE("a workdir that does not exist is answered 201 running, and the session ends at once") {
  const StandinWorld world;
  const HttpAnswer answer = world.ask("POST", kTerminal, R"({"workdir":"/no/such/folder"})");
  CHECK(answer.status == 201);
  CHECK(text_of(answer, "status") == "running");
  eventually("no session is left", [&] { return world.tmux.count() == 0; });
}

TEST_CASE("a deleted task's session is gone before the answer") {
  const StandinWorld world;
  const std::string id = text_of(world.ask("POST", kTerminal), "task_id");
  CHECK(text_of(world.ask("GET", kClaude + "/" + id), "status") == "running");
  CHECK(world.ask("DELETE", kClaude + "/" + id).status == 200);
  CHECK(world.tmux.count() == 0);
  CHECK(text_of(world.ask("GET", kClaude + "/" + id), "status") == "killed");
  CHECK(world.ask("DELETE", kClaude + "/none").status == 404);
}

TEST_CASE("each create's marker is kept, from its body or from its header") {
  const StandinWorld world({"--fail-creates", "500"});
  CHECK(world.ask("POST", kClaude, R"({"marker":"a"})").status == 500);
  CHECK(world.ask("POST", kTerminal, R"({"marker":"b"})").status == 500);
  CHECK(world.ask("POST", "/api/desktop/t1/launch", "", {{"X-Marker", "c"}}).status == 500);
  const auto stats = world.standin.stats();
  CHECK(stats.create_ids == std::vector<std::string>{"a", "b", "c"});
  CHECK(stats.creates_received == 3);
  CHECK(stats.creates_executed == 0);
}

TEST_CASE("--fail-creates 0 closes without an answer") {
  const StandinWorld world({"--fail-creates", "0"});
  CHECK(world.raw(http_request("POST", kTerminal)).empty());
}

TEST_CASE("a session is made where TMUX_TMPDIR says when no socket is given") {
  TmuxServer tmux;
  Environment environment = clean_environment_with(tmux.environment());
  Process process({standin_binary(), "--port", "0"}, environment);
  const auto port = std::stoi(capture(process.wait_for_line("^listening on "), R"(:(\d+)$)"));
  CHECK(ask(static_cast<std::uint16_t>(port), http_request("POST", kTerminal)).status == 201);
  CHECK(tmux.count() == 1);
}

}  // namespace
}  // namespace taskgate::test
