// Which spellings of a create's request line create. A gate must see them all, and must not add
// one.

#include "e2e/standin_world.h"
#include "support/catch.h"
#include "support/failure.h"

namespace taskgate::test {
namespace {

std::string post(const std::string& line_without_method) {
  return "POST" + line_without_method + "\r\nHost: x\r\nContent-Length: 0\r\n\r\n";
}

int created(const StandinWorld& world, const std::string& request) {
  RawClient client(world.port());
  client.send(request);
  client.half_close();
  REQUIRE(client.peer_closed());
  return world.standin.stats().creates_executed;
}

TEST_CASE("eight stackings of prefixes create, behind any number of leading slashes") {
  const StandinWorld world;
  const std::string slashes = GENERATE("/", "//", "///", "//////////");
  const std::string prefixes =
      GENERATE("", "bearer-api/", "oauth/", "browser/", "bearer-api/oauth/", "bearer-api/browser/",
               "oauth/browser/", "bearer-api/oauth/browser/");
  const std::string path = slashes + prefixes + "api/claude/tasks/terminal";
  INFO(path);
  CHECK(created(world, post(" " + path + " HTTP/1.1")) == 1);
}

TEST_CASE("the words of the request line may be parted by any white space that Python knows") {
  const StandinWorld world;
  const std::string space =
      GENERATE(" ", "   ", "\t", "\v", "\f", "\r", "\x1c", "\x1d", "\x1e", "\x1f", "\x85", "\xa0");
  const bool around = GENERATE(false, true);
  const std::string line = "POST" + space + kTerminal + space + "HTTP/1.1";
  INFO(shown(line));
  CHECK(created(world, (around ? space + line + space : line) + "\r\n\r\n") == 1);
}

TEST_CASE("a create may have LF lines, an odd version, no Host, or ask for an upgrade") {
  const StandinWorld world;
  const std::string request = GENERATE(
      as<std::string>(), "POST /api/claude/tasks HTTP/1.1\n\n",
      "POST /api/claude/tasks HTTP/0.9\r\n\r\n", "POST /api/claude/tasks HTTP/1.9\r\n\r\n",
      "POST /api/claude/tasks HTTP/1.1\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
      "POST /api/claude/tasks HTTP/1.1");
  INFO(shown(request));
  CHECK(created(world, request) == 1);
}

TEST_CASE("spellings that a normalising proxy would turn into a create do not create here") {
  const StandinWorld world;
  const std::string path = GENERATE(
      as<std::string>(), "/api/claude/tasks/terminal?x=1", "/api/claude/tasks/terminal?",
      "/api/claude/tasks/terminal#x", "/api/claude/tasks/terminal;x", "/api/claude/tasks/terminal/",
      "/api//claude/tasks/terminal", "/oauth//api/claude/tasks/terminal",
      "/bearer-api//api/claude/tasks/terminal", "/api/./claude/tasks/terminal",
      "/api/x/../claude/tasks/terminal", "/api/%63laude/tasks/terminal",
      "/api%2fclaude/tasks/terminal", "/API/claude/tasks/terminal",
      "\\api\\claude\\tasks\\terminal", "http://x/api/claude/tasks/terminal",
      "api/claude/tasks/terminal", "/api/claude/tasks/terminal\xff",
      "/browser/oauth/api/claude/tasks/terminal", "/oauth/bearer-api/api/claude/tasks/terminal",
      "/browser/bearer-api/api/claude/tasks/terminal", "/oauth/oauth/api/claude/tasks/terminal",
      "/browser/browser/api/claude/tasks/terminal",
      "/bearer-api/bearer-api/api/claude/tasks/terminal", "/oauthx/api/claude/tasks/terminal",
      "/OAUTH/api/claude/tasks/terminal");
  INFO(shown(path));
  CHECK(created(world, post(" " + path + " HTTP/1.1")) == 0);
  CHECK(world.standin.stats().creates_received == 0);
}

TEST_CASE("ids are matched by their letters") {
  const StandinWorld world;
  CHECK(world.ask("POST", "/api/webhooks/ho.ok").body.starts_with("API endpoint not found"));
  CHECK(world.ask("POST", "/api/triggers/cron-fire/Nightly").body.starts_with("API endpoint"));
  CHECK(world.ask("POST", "/api/desktop/T1/launch").body.starts_with("API endpoint not found"));
  CHECK(world.ask("POST", "/api/webhooks/").body.starts_with("API endpoint not found"));
}

struct GetRow {
  const char* target;
  int status;
};

TEST_CASE("GET drops the query and every /oauth and /browser, but health is matched exactly") {
  const StandinWorld world;
  const auto row = GENERATE(values<GetRow>({
      {"/api/claude/tasks?x=1", 200},
      {"/api/oauth/claude/tasks", 200},
      {"/browser/api/claude/browser/tasks", 200},
      {"/bearer-api/health", 200},
      {"/livez?x", 404},
      {"/oauth/livez", 404},
      {"/bearer-api", 200},
      {"/oauth", 200},
      {"/browser", 200},
  }));
  INFO(row.target);
  CHECK(world.ask("GET", row.target).status == row.status);
}

TEST_CASE("no GET creates") {
  const StandinWorld world;
  CHECK(world.ask("GET", kTerminal).status == 404);
  CHECK(world.tmux.count() == 0);
}

}  // namespace
}  // namespace taskgate::test
