// Every spelling of a create that was tried on the workspace server, and every one that it does not
// take.
#include <string>
#include <vector>

#include "route/table.h"
#include "support/catch.h"

namespace taskgate::route {
namespace {

const Table& table() {
  static const Table kTable = kube_coder();
  return kTable;
}

std::string rule_of(std::string_view method, std::string_view target) {
  const auto match = table().match(method, target);
  return match ? match->rule->name : "";
}

TEST_CASE("each creating route has its rule") {
  struct Row {
    const char* target;
    const char* rule;
  };
  const Row rows[] = {
      {"/api/claude/tasks", "task"},
      {"/api/claude/tasks/terminal", "terminal"},
      {"/api/webhooks/Ab_9-z", "webhook"},
      {"/api/webhooks/test", "webhook"},
      {"/api/webhooks/x/test", "webhook-test"},
      {"/api/webhooks/test/test", "webhook-test"},
      {"/api/triggers/cron-fire/nightly-1", "cron-fire"},
      {"/api/desktop/ab12/launch", "desktop-launch"},
      {"/api/boards/My_board.1/runs", "board-run"},
      {"/api/crons/nightly-1/run", "cron-run"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.target);
    CHECK(rule_of("POST", row.target) == row.rule);
  }
}

TEST_CASE("ids outside the route's own characters are another route") {
  const char* targets[] = {
      "/api/webhooks/",          "/api/webhooks/a.b",
      "/api/webhooks/a/b",       "/api/webhooks/\xC3\xA9",
      "/api/webhooks//test",     "/api/webhooks/x/test/",
      "/api/webhooks/x/tests",   "/api/triggers/cron-fire/",
      "/api/triggers/cron-fire", "/api/triggers/cron-fire/Nightly",
      "/api/triggers/a_b",       "/api/triggers/cron-fire/a_b",
      "/api/desktop//launch",    "/api/desktop/AB/launch",
      "/api/desktop/a-b/launch", "/api/desktop/ab",
      "/api/desktop/ab/launch/", "/api/desktop/ab/Launch",
  };
  for (const char* target : targets) {
    CAPTURE(target);
    CHECK(rule_of("POST", target).empty());
  }
}

TEST_CASE("routes that start no task of their own are not gated") {
  const char* targets[] = {
      "/api/boards/b/staged/i/send-back",
      "/api/boards/b/runs/r1",
      "/api/boards/runs",
      "/api/crons/c/runs",
      "/api/crons/c",
      "/api/github/connect/start",
      "/api/subscriptions/claude/login/start",
      "/api/claude/tasks/17-ab/message",
      "/api/app-proxy/3000/api/claude/tasks",
      "/api/files/upload",
      "/",
  };
  for (const char* target : targets) {
    CAPTURE(target);
    CHECK(rule_of("POST", target).empty());
  }
}

TEST_CASE("each rule says what it starts, and how many slots it takes") {
  for (const Rule& rule : table().rules()) {
    CAPTURE(rule.name);
    const bool is_board = rule.name == "board-run";
    const Starts others = rule.name == "cron-run" ? Starts::elsewhere : Starts::task;
    CHECK(rule.starts == (is_board ? Starts::maybe : others));
    CHECK(rule.slots == (is_board ? Slots{"/concurrency", 8, 8} : Slots{}));
    CHECK(rule.settle == std::chrono::seconds(is_board ? 2 : 0));
    CHECK(rule.redirect_refuses);
  }
}

TEST_CASE("each create's answer names its session") {
  for (const Rule& rule : table().rules()) {
    CAPTURE(rule.name);
    CHECK(rule.session ==
          std::vector<SessionName>{{"/tmux_session", ""}, {"/task_id", "kube-coder-"}});
  }
}

TEST_CASE("the end of a task is known by method and path, under the same prefixes") {
  CHECK(table().ends_task("DELETE", "/api/claude/tasks/a1"));
  CHECK(table().ends_task("DELETE", "//oauth/api/claude/tasks/a1"));
  CHECK_FALSE(table().ends_task("DELETE", "/api/claude/tasks/"));
  CHECK_FALSE(table().ends_task("DELETE", "/api/claude/tasks/a1/notes"));
  CHECK_FALSE(table().ends_task("GET", "/api/claude/tasks/a1"));
  CHECK_FALSE(table().ends_task("delete", "/api/claude/tasks/a1"));
}

TEST_CASE("the eight stacks of prefixes create, behind any number of leading slashes") {
  const char* stacks[] = {
      "",
      "bearer-api/",
      "oauth/",
      "browser/",
      "bearer-api/oauth/",
      "bearer-api/browser/",
      "oauth/browser/",
      "bearer-api/oauth/browser/",
  };
  for (const char* stack : stacks) {
    for (const std::size_t slashes : {1U, 2U, 3U, 10U}) {
      const std::string begin = std::string(slashes, '/') + stack;
      CAPTURE(begin);
      CHECK(rule_of("POST", begin + "api/claude/tasks") == "task");
      CHECK(rule_of("POST", begin + "api/claude/tasks/terminal") == "terminal");
      CHECK(rule_of("POST", begin + "api/webhooks/x") == "webhook");
      CHECK(rule_of("POST", begin + "api/webhooks/x/test") == "webhook-test");
      CHECK(rule_of("POST", begin + "api/triggers/cron-fire/x") == "cron-fire");
      CHECK(rule_of("POST", begin + "api/desktop/x/launch") == "desktop-launch");
    }
  }
}

TEST_CASE("spellings that the upstream answers 404 are not creates") {
  const std::string targets[] = {
      "/api/claude/tasks?x=1",
      "/api/claude/tasks?",
      "/api/claude/tasks#x",
      "/api/claude/tasks;x",
      "/api/claude/tasks/",
      "/api//claude/tasks",
      "/api/claude//tasks",
      "/oauth//api/claude/tasks",
      "/bearer-api//api/claude/tasks",
      "/browser//api/claude/tasks",
      "/oauth//browser/api/claude/tasks",
      "/./api/claude/tasks",
      "/api/./claude/tasks",
      "/x/../api/claude/tasks",
      "/api/claude/x/../tasks",
      "/api/c%6caude/tasks",
      "/api%2fclaude/tasks",
      "/%2fapi/claude/tasks",
      "/API/claude/tasks",
      "/api/claude/Tasks",
      "/api\\claude/tasks",
      "\\api/claude/tasks",
      "http://x/api/claude/tasks",
      "http://127.0.0.1:6080/api/claude/tasks",
      "api/claude/tasks",
      "*",
      "",
      "/",
      std::string("/api/claude/tasks\0", 18),
      "/api/claude/tasks\xE9",
      "/api/claude/tasks\xC3\xA9",
      "/api/claude/tasksx",
      "/api/claude/task",
      "/browser/oauth/api/claude/tasks",
      "/oauth/bearer-api/api/claude/tasks",
      "/browser/bearer-api/api/claude/tasks",
      "/browser/oauth/bearer-api/api/claude/tasks",
      "/bearer-api/bearer-api/api/claude/tasks",
      "/oauth/oauth/api/claude/tasks",
      "/browser/browser/api/claude/tasks",
      "/oauth/browser/oauth/api/claude/tasks",
      "/oauthx/api/claude/tasks",
      "/oauthapi/claude/tasks",
      "/OAUTH/api/claude/tasks",
      "/Bearer-Api/api/claude/tasks",
      "/api/oauth/claude/tasks",
      "/oauth",
      "/oauth/",
      "/browser",
      "/bearer-api",
      "/bearer-api/oauth/browser",
  };
  for (const std::string& target : targets) {
    CAPTURE(target);
    CHECK(rule_of("POST", target).empty());
    CHECK(rule_of("POST", "/" + target) == (target == "api/claude/tasks" ? "task" : ""));
  }
}

TEST_CASE("the method is exact and case-sensitive") {
  const char* methods[] = {"GET", "HEAD",  "PUT",    "PATCH", "DELETE", "OPTIONS",
                           "",    "POST ", "POSTED", "post",  "Post",   "POS"};
  for (const char* method : methods) {
    CAPTURE(method);
    CHECK(rule_of(method, "/api/claude/tasks").empty());
  }
}

// The server splits its request line at more than spaces, so that such bytes at the target's ends
// are not part of it there. The HTTP parser refuses them; the table must not rely on that.
TEST_CASE("bytes at which the upstream splits its request line hide no create") {
  for (const char separator : {'\t', '\v', '\f', '\r', '\x1c', '\x1f', ' ', '\x85', '\xa0'}) {
    CAPTURE(static_cast<int>(static_cast<unsigned char>(separator)));
    const std::string one(1, separator);
    CHECK(rule_of("POST", "/api/claude/tasks" + one) == "task");
    CHECK(rule_of("POST", one + one + "//oauth/api/claude/tasks") == "task");
    CHECK(rule_of("POST", "/api/claude" + one + "/tasks").empty());
  }
}

TEST_CASE("what the variable of a path stands for is told, decoded and short") {
  const auto id = [](const std::string& target) {
    const auto match = table().match("POST", target);
    REQUIRE(match);
    return match->path_id;
  };
  CHECK(id("/api/webhooks/Ab_9-z") == "Ab_9-z");
  CHECK(id("//bearer-api/oauth/api/webhooks/x/test") == "x");
  CHECK(id("/api/triggers/cron-fire/nightly-1") == "nightly-1");
  CHECK(id("/api/desktop/ab12/launch") == "ab12");
  CHECK(id("/api/boards/My%20board%2f1/runs") == "My board/1");
  CHECK(id("/api/crons/50%/run") == "50%");
  CHECK(id("/api/claude/tasks").empty());
  const std::string longest(64, 'x');
  CHECK(id("/api/webhooks/" + longest) == longest);
  CHECK(id("/api/webhooks/" + longest + "x") == std::string(61, 'x') + "...");
  CHECK(id("/api/webhooks/" + std::string(5000, 'x')) == std::string(61, 'x') + "...");
}

TEST_CASE("a long id is not cut within a character") {
  const auto id = [](int before) {
    std::string target = "/api/crons/" + std::string(static_cast<std::size_t>(before), 'x');
    for (int i = 0; i < 40; ++i) target += "%E2%82%AC";
    return table().match("POST", target + "/run")->path_id;
  };
  const std::string euro = "\xE2\x82\xAC";
  for (int before = 0; before < 3; ++before) {
    CAPTURE(before);
    const std::string shown = id(before);
    CHECK(shown.size() <= kMostPathId);
    CHECK(shown.ends_with(euro + "..."));
  }
  // Bytes that continue no character are cut anywhere.
  std::string wild = "/api/crons/";
  for (int i = 0; i < 70; ++i) wild += "%80";
  CHECK(table().match("POST", wild + "/run")->path_id == std::string(58, '\x80') + "...");
}

TEST_CASE("a desktop item's kind is asked for at the bare path") {
  const auto launch = table().match("POST", "//bearer-api/oauth/api/desktop/ab12/launch");
  REQUIRE(launch);
  CHECK(launch->kind_target == "/api/desktop/ab12");
  CHECK(launch->rule->kind_pointer == "/action/type");
  CHECK(launch->rule->kind_creates == "task");
}

TEST_CASE("all other creates are decided without a question") {
  for (const Rule& rule : table().rules()) {
    CAPTURE(rule.name);
    CHECK(rule.kind_path.empty() == (rule.name != "desktop-launch"));
    CHECK(rule.spelling == Spelling::exact);
  }
  CHECK(table().match("POST", "/api/webhooks/x")->kind_target.empty());
}

TEST_CASE("a bare prefix is the root path") {
  Rule root{"root", "POST", *Pattern::parse("/"), {"/oauth", "/browser"}};
  const Table own({root}, {});
  CHECK(own.match("POST", "/"));
  CHECK(own.match("POST", "//oauth"));
  CHECK(own.match("POST", "/oauth/"));
  CHECK(own.match("POST", "/oauth/browser"));
  CHECK_FALSE(own.match("POST", "/oauth/browser/browser"));
}

TEST_CASE("a value that could be read in two ways is not asked about") {
  Rule rule{"item", "POST", *Pattern::parse("/items/{id}/run"), {}};
  rule.kind_path = "/items/{id}";
  for (const Spelling spelling : {Spelling::exact, Spelling::normalized}) {
    rule.spelling = spelling;
    const Table own({rule}, {});
    const auto question = [&](const char* target) {
      const auto match = own.match("POST", target);
      REQUIRE(match);
      return match->kind_target;
    };
    CHECK(question("/items/a.b-c_d~E1/run") == "/items/a.b-c_d~E1");
    CHECK(question("/items/a%41/run").empty());
    CHECK(question("/items/a;x/run").empty());
    CHECK(question("/items/../run").empty());
    CHECK(question("/items/a%0d%0aX:y/run").empty());
  }
}

TEST_CASE("the question may be the same for all items") {
  Rule rule{"item", "POST", *Pattern::parse("/items/{id}"), {}};
  rule.kind_path = "/mode";
  const Table own({rule}, {});
  CHECK(own.match("POST", "/items/%41")->kind_target == "/mode");
}

TEST_CASE("the first rule that matches decides") {
  const Table own({Rule{"one", "POST", *Pattern::parse("/{id}"), {}},
                   Rule{"two", "POST", *Pattern::parse("/x"), {}}},
                  {});
  CHECK(own.match("POST", "/x")->rule->name == "one");
}

TEST_CASE("an empty table gates nothing") {
  CHECK_FALSE(Table().match("POST", "/api/claude/tasks"));
  CHECK_FALSE(Table().allows_body_on_get("/api/app-proxy/3000/"));
}

}  // namespace
}  // namespace taskgate::route
