#include <string>

#include "route/table.h"
#include "support/catch.h"

namespace taskgate::route {
namespace {

// The line about one rule.
std::string line_of(const std::string& text, const std::string& rule) {
  const std::size_t begin = text.find("\n" + rule + " (");
  if (begin == std::string::npos) return "";
  return text.substr(begin + 1, text.find('\n', begin + 1) - begin - 1);
}

TEST_CASE("a create is explained by its rule") {
  CHECK(kube_coder().explain("POST", "/api/claude/tasks") ==
        "Gated: POST /api/claude/tasks creates a task by the rule task (POST /api/claude/tasks).");
}

TEST_CASE("a create with prefixes is explained by what the upstream reads") {
  CHECK(
      kube_coder().explain("POST", "//oauth/api/claude/tasks") ==
      "Gated: POST //oauth/api/claude/tasks creates a task by the rule task "
      "(POST /api/claude/tasks).\n"
      "The upstream takes extra leading slashes and the prefixes /bearer-api, /oauth, /browser off "
      "and reads /api/claude/tasks.");
}

TEST_CASE("a launch is explained by the question that the gate asks first") {
  CHECK(kube_coder().explain("POST", "/api/desktop/ab/launch") ==
        "Gated: POST /api/desktop/ab/launch creates a task by the rule desktop-launch "
        "(POST /api/desktop/{id:[a-z0-9]}/launch).\n"
        "The gate first asks GET /api/desktop/ab: only when /action/type in the answer is \"task\" "
        "(or cannot be learned) is it a create.");
}

TEST_CASE("what a rule starts and the slots that it takes are explained") {
  CHECK(kube_coder().explain("POST", "/api/boards/b/runs") ==
        "Gated: POST /api/boards/b/runs creates a task by the rule board-run "
        "(POST /api/boards/{id:[!-\"$-.0->@-~]}/runs).\n"
        "It takes the number of slots at /concurrency in its body (8 without one, 8 at most), or "
        "as many as are free; one is enough.\n"
        "It may start no task at all.");
  CHECK(kube_coder().explain("POST", "/api/crons/c/run") ==
        "Gated: POST /api/crons/c/run creates a task by the rule cron-run "
        "(POST /api/crons/{id:[!-\"$-.0->@-~]}/run).\n"
        "Its task comes by another door: it is refused while no slot is free, and none is reserved "
        "for it.");
  Rule three{"three", "POST", *Pattern::parse("/three"), {}};
  three.slots.count = 3;
  CHECK(Table({three}, {}).explain("POST", "/three") ==
        "Gated: POST /three creates a task by the rule three (POST /three).\n"
        "It takes 3 slots, or as many as are free; one is enough.");
}

TEST_CASE("a miss names the nearest miss of each rule") {
  CHECK(kube_coder().explain("GET", "/api/claude/tasks") ==
        "Not gated: no rule takes GET /api/claude/tasks as a create.\n"
        "task (POST /api/claude/tasks): the path matches, but the rule takes POST only.\n"
        "terminal (POST /api/claude/tasks/terminal): the path is another one; also, the rule takes "
        "POST only.\n"
        "webhook (POST /api/webhooks/{id:[a-zA-Z0-9_-]}): the path is another one; also, the rule "
        "takes POST only.\n"
        "webhook-test (POST /api/webhooks/{id:[a-zA-Z0-9_-]}/test): the path is another one; also, "
        "the rule takes POST only.\n"
        "cron-fire (POST /api/triggers/cron-fire/{id:[a-z0-9-]}): the path is another one; also, "
        "the rule takes POST only.\n"
        "desktop-launch (POST /api/desktop/{id:[a-z0-9]}/launch): the path is another one; also, "
        "the rule takes POST only.\n"
        "board-run (POST /api/boards/{id:[!-\"$-.0->@-~]}/runs): the path is another one; also, "
        "the rule takes POST only.\n"
        "cron-run (POST /api/crons/{id:[!-\"$-.0->@-~]}/run): the path is another one; also, the "
        "rule takes POST only.\n"
        "With a body it is refused (400).");
}

TEST_CASE("the nearest miss of a path says which of its bytes is too much") {
  struct Row {
    const char* method;
    const char* target;
    const char* reason;
  };
  const Row rows[] = {
      {"POST", "/api/claude/tasks?x=1",
       "the path matches up to its query, but this upstream compares the query too and answers "
       "404"},
      {"POST", "/oauth/api/claude/tasks#x",
       "the path matches up to its query, but this upstream compares the query too and answers "
       "404"},
      {"POST", "/browser/oauth/api/claude/tasks",
       "its prefixes may each stand once, in the order /bearer-api, /oauth, /browser"},
      {"POST", "/oauth/oauth/api/claude/tasks",
       "its prefixes may each stand once, in the order /bearer-api, /oauth, /browser"},
      {"POST", "/api/claude/tasks/",
       "only a decoded or cleaned-up path would match, but this upstream compares byte by byte and "
       "answers 404"},
      {"POST", "/api/c%6caude/tasks",
       "only a decoded or cleaned-up path would match, but this upstream compares byte by byte and "
       "answers 404"},
      {"POST", "/api/files/upload", "the path is another one"},
      {"post", "/api/claude/tasks",
       "the path matches, but methods are case-sensitive, and the rule takes POST only"},
      {"PUT", "/api/claude/tasks?x",
       "the path matches up to its query, but this upstream compares the query too and answers "
       "404; also, the rule takes POST only"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.method, row.target);
    CHECK(line_of(kube_coder().explain(row.method, row.target), "task") ==
          std::string("task (POST /api/claude/tasks): ") + row.reason + ".");
  }
}

TEST_CASE("a GET that may have a body says so") {
  const std::string text = kube_coder().explain("GET", "/api/app-proxy/3000/");
  CHECK(text.ends_with("\nIt may have a body."));
}

// Nothing told whether an entry of `ends` takes what it should.
TEST_CASE("a request that ends a task is explained as one") {
  const std::string text = kube_coder().explain("DELETE", "//oauth/api/claude/tasks/a-1");
  CHECK(text.starts_with(
      "Not gated: no rule takes DELETE //oauth/api/claude/tasks/a-1 as a create.\n"
      "It ends a task: when its answer is 2xx, the line looks for a free slot at once.\n"
      "task (POST /api/claude/tasks): "));
  for (const auto& [method, target] :
       {std::pair("DELETE", "/api/claude/tasks"), std::pair("GET", "/api/claude/tasks/a-1")}) {
    CHECK(kube_coder().explain(method, target).find("ends a task") == std::string::npos);
  }
}

TEST_CASE("a rule without prefixes is explained without them") {
  const Table table({Rule{"own", "POST", *Pattern::parse("/jobs"), {}}}, {});
  CHECK(table.explain("POST", "//jobs") ==
        "Gated: POST //jobs creates a task by the rule own (POST /jobs).\n"
        "The upstream takes extra leading slashes off and reads /jobs.");
}

TEST_CASE("an empty list is explained") {
  CHECK(Table().explain("POST", "/x") ==
        "Not gated: no rule takes POST /x as a create.\n"
        "There are no rules, so that every request passes.");
}

TEST_CASE("a rule of a normalized list says how its path is compared") {
  Rule rule{"own", "POST", *Pattern::parse("/jobs"), {}};
  rule.spelling = Spelling::normalized;
  const Table table({rule}, {});
  CHECK(table.explain("POST", "/jobs/?x=1") ==
        "Gated: POST /jobs/?x=1 creates a task by the rule own (POST /jobs).\n"
        "Its path is compared as frameworks read it: without query, decoded and cleaned up.");
  CHECK(table.explain("POST", "/job") ==
        "Not gated: no rule takes POST /job as a create.\n"
        "own (POST /jobs): the path is another one.");
}

}  // namespace
}  // namespace taskgate::route
