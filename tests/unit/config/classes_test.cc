#include <string>
#include <vector>

#include "support/catch.h"
#include "unit/config/world.h"

namespace taskgate::config {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using test::config_of;
using test::errors_of;
using test::file_errors;
using test::loaded;
using test::with_file;
using test::World;
using Lines = std::vector<std::string>;

// A file with one class, in flow form, that stands in line 2 from column 3 on.
std::string with_class(const std::string& one) {
  return "classes:\n- {" + one + "}\n";
}

TEST_CASE("without classes there are none") {
  const Config config = config_of("{}");
  CHECK(config.classes.empty());
  CHECK(config.inherited_class.empty());
  CHECK(config.admission.look == milliseconds(250));
}

TEST_CASE("all parts of classes are read, in their order") {
  const Config config = config_of(R"(
inherited_class: people
classes:
  - {name: agents, match: {routes: [task], json: {pointer: /source, pattern: "agent:*"}}, cap: 6, wait: 20s}
  - {name: people, match: {routes: [task, terminal, desktop-launch]}, floor: 3}
  - {name: ci, match: {header: {name: X-Source, pattern: "ci-*"}}}
  - {name: storms, match: {routes: webhook}, cap: 8, wait: 8s, max_wait: 60s, places: 50}
  - {name: default, cap: 4}
)");
  CHECK(config.inherited_class == "people");
  REQUIRE(config.classes.size() == 5);
  const Config::Class agents{"agents", {{"task"}, {}, {{"/source", "agent:*"}}}, 0, 6, seconds(20)};
  CHECK(config.classes[0] == agents);
  const Config::Class people{"people", {{"task", "terminal", "desktop-launch"}, {}, {}}, 3};
  CHECK(config.classes[1] == people);
  const Config::Class ci{"ci", {{}, {{"X-Source", "ci-*"}}, {}}};
  CHECK(config.classes[2] == ci);
  const Config::Class storms{"storms", {{"webhook"}, {}, {}}, 0, 8, seconds(8), minutes(1), 50};
  CHECK(config.classes[3] == storms);
  const Config::Class others{"default", {}, 0, 4};
  CHECK(config.classes[4] == others);
}

TEST_CASE("a variable has the same list as text") {
  World world;
  world.variables["TASKGATE_CLASSES"] = "[{name: people, match: {routes: [terminal]}, floor: 2}]";
  const Config config = loaded(world).config;
  REQUIRE(config.classes.size() == 1);
  CHECK(config.classes[0].name == "people");
  CHECK(config.classes[0].floor == 2);
}

TEST_CASE("an empty list takes the file's classes away") {
  World world = with_file(with_class("name: people, match: {routes: task}"));
  world.variables["TASKGATE_CLASSES"] = "[]";
  CHECK(loaded(world).config.classes.empty());
}

TEST_CASE("what is wrong with a variable's list is said with its place in the text") {
  struct Row {
    const char* text;
    const char* error;
  };
  const Row rows[] = {
      {"people", "is not a list"},
      {"[{name: people", "'[{name: people' is not valid YAML: "},
      {"[{name: 'people", "'[{name: 'people' has a quote without an end"},
      {"[{name: people, match: {routes: task}, flor: 1}]",
       "has an error: text:1:40: classes[0].flor: unknown key; did you mean classes[0].floor?"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    World world;
    world.variables["TASKGATE_CLASSES"] = row.text;
    const Lines errors = errors_of(world);
    REQUIRE(errors.size() == 1);
    CHECK(errors[0].starts_with("TASKGATE_CLASSES: '"));
    CHECK(errors[0].find(row.error) != std::string::npos);
  }
}

TEST_CASE("what is wrong with a class is named with its place") {
  struct Row {
    const char* one;
    const char* error;
  };
  const Row rows[] = {
      {"match: {routes: task}",
       "config.yaml:2:3: classes[0]: has no name; use a-z, 0-9 and '-', beginning with a letter"},
      {"name: People, match: {routes: task}",
       "config.yaml:2:10: classes[0].name: 'People' is not allowed; use a-z, 0-9 and '-', "
       "beginning "
       "with a letter"},
      {"name: a", "config.yaml:2:3: classes[0]: has no match; use routes, header or json below it"},
      {"name: a, match: {}",
       "config.yaml:2:3: classes[0]: has no match; use routes, header or json below it"},
      {"name: default, match: {routes: task}",
       "config.yaml:2:3: classes[0].match: is not for the class default, which has what no other "
       "takes; leave it out"},
      {"name: a, match: task",
       "config.yaml:2:20: classes[0].match: takes keys; use routes, header and json"},
      {"name: a, match: {route: task, routes: task}",
       "config.yaml:2:21: classes[0].match.route: unknown key; did you mean "
       "classes[0].match.routes?"},
      {"name: a, match: {header: {name: X-Source}}",
       "config.yaml:2:29: classes[0].match.header: has no pattern; use name and pattern"},
      {"name: a, match: {header: {name: 'X Source', pattern: b}}",
       "config.yaml:2:36: classes[0].match.header.name: 'X Source' is not allowed; use the name of "
       "a header field, such as X-Source"},
      {"name: a, match: {header: {name: X, pattern: ''}}",
       "config.yaml:2:48: classes[0].match.header.pattern: '' is not allowed; use a pattern with "
       "*, "
       "? and [...] that is not empty"},
      {"name: a, match: {json: {pointer: source, pattern: b}}",
       "config.yaml:2:37: classes[0].match.json.pointer: 'source' is not allowed; use a JSON "
       "pointer "
       "(RFC 6901) such as /source"},
      {"name: a, match: {routes: task}, floor: -1",
       "config.yaml:2:43: classes[0].floor: '-1' is not allowed; use a whole number from 0 to "
       "100000"},
      {"name: a, match: {routes: task}, wait: 25h",
       "config.yaml:2:42: classes[0].wait: '25h' is out of range; use a duration from 0s to 24h"},
      {"name: a, match: {routes: task}, floor: 3, cap: 2",
       "config.yaml:2:3: classes[0]: has a floor above its cap; use a smaller one"},
      {"name: a, match: {routes: task}, wait: 10s, max_wait: 5s",
       "config.yaml:2:3: classes[0]: has a max_wait below its wait; use a longer one"},
      {"name: a, match: {routes: task}, weight: 2",
       "config.yaml:2:36: classes[0].weight: unknown key; use name, match, floor, cap, wait, "
       "max_wait or places"},
      {"name: a, match: {routes: task}, floor: 13",
       "config.yaml:2:1: classes: the floors of all classes (13) are more than limit (12)"},
      {"name: a, match: {routes: tasks}",
       "config.yaml:2:1: classes: a matches 'tasks', which is no rule; use task, terminal, "
       "webhook, webhook-test, cron-fire, desktop-launch, board-run or cron-run"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.one);
    CHECK(file_errors(with_class(row.one)) == Lines{row.error});
  }
}

TEST_CASE("what is wrong with the list of classes is named") {
  CHECK(file_errors("classes: [people]") ==
        Lines{"config.yaml:1:11: classes[0]: takes keys; use name, match and others"});
  CHECK(file_errors("classes: [{name: default}, {name: default}]") ==
        Lines{"config.yaml:1:28: classes[1]: the name 'default' is taken by an earlier class; use "
              "another"});
  CHECK(file_errors("classes: {name: a}").size() == 1);
  std::string many = "classes:\n";
  for (int i = 0; i < 33; ++i) {
    many += "- {name: c" + std::to_string(i) + ", match: {routes: task}}\n";
  }
  CHECK(file_errors(many) == Lines{"config.yaml:2:1: classes: has more than 32 classes"});
}

TEST_CASE("a floor may be as large as the limit, and a limit of 0 has no floors") {
  CHECK(file_errors("limit: 2\nclasses: [{name: default, floor: 2}]").empty());
  CHECK(file_errors("limit: 0\nclasses: [{name: default, floor: 0}]").empty());
  CHECK(file_errors("limit: 0\nclasses: [{name: default, floor: 1}]").size() == 1);
  CHECK(file_errors("classes: [{name: default, cap: 0}]").empty());
}

TEST_CASE("a limit from a variable that is below the floors is an error of both") {
  World world = with_file("classes: [{name: default, floor: 3}]");
  world.variables["KC_MAX_TASKS"] = "2";
  CHECK(errors_of(world) ==
        Lines{"config.yaml:1:10: classes: the floors of all classes (3) are more "
              "than limit (2)"});
}

TEST_CASE("the inherited class is one of them, or default") {
  CHECK(file_errors("inherited_class: default").empty());
  CHECK(file_errors("inherited_class: people") ==
        Lines{"config.yaml:1:18: inherited_class: 'people' is no class; use default, or leave it "
              "empty"});
  CHECK(
      file_errors("inherited_class: c\nclasses: [{name: a, match: {routes: task}}, {name: b, "
                  "match: {routes: webhook}}]") ==
      Lines{"config.yaml:1:18: inherited_class: 'c' is no class; use a, b or default, or leave it "
            "empty"});
}

TEST_CASE("a class that an earlier one hides is warned about") {
  const World world = with_file(R"(classes:
- {name: people, match: {routes: [task, terminal]}}
- {name: agents, match: {routes: task, json: {pointer: /source, pattern: "agent:*"}}}
)");
  CHECK(loaded(world).warnings ==
        Lines{"config.yaml:2:1: classes: no create is of the class agents, since people before it "
              "takes all of its routes"});
}

TEST_CASE("a class of which another one leaves something is not warned about") {
  const auto warnings_of = [](const std::string& earlier, const std::string& later) {
    return loaded(with_file("classes:\n- {name: a, match: {" + earlier +
                            "}}\n- {name: b, match: {" + later + "}}\n"))
        .warnings;
  };
  const std::string header = "header: {name: X-Source, pattern: ci}";
  const std::string json = R"(json: {pointer: /source, pattern: "agent:*"})";
  CHECK(warnings_of("routes: task, " + header, "routes: task").empty());
  CHECK(warnings_of("routes: task, " + json, "routes: task").empty());
  CHECK(warnings_of("routes: task", header).empty());
  CHECK(warnings_of("routes: task", "routes: [task, terminal]").empty());
  CHECK(warnings_of("routes: task", "routes: task, " + header).size() == 1);
}

TEST_CASE("requests that end tasks and names of sessions are read") {
  const Config config = config_of(R"(
routes:
  use: none
  rules:
  - {name: job, path: /jobs, session: [/name, {pointer: /id, prefix: job-}]}
  - {name: run, path: /runs, session: /run}
  ends:
  - {path: "/jobs/{id}"}
  - {method: POST, path: "/jobs/{id}/stop", prefixes: /v1, spelling: exact}
)");
  const auto& rules = config.routes.rules();
  REQUIRE(rules.size() == 2);
  CHECK(rules[0].session == std::vector<route::SessionName>{{"/name", ""}, {"/id", "job-"}});
  CHECK(rules[1].session == std::vector<route::SessionName>{{"/run", ""}});
  CHECK(config.routes.ends_task("DELETE", "/jobs/7"));
  CHECK(config.routes.ends_task("POST", "/v1/jobs/7/stop"));
  CHECK_FALSE(config.routes.ends_task("POST", "/jobs/7"));
  CHECK(
      config_of("routes: {ends: [{path: /a}]}").routes.ends_task("DELETE", "/api/claude/tasks/a"));
}

TEST_CASE("what is wrong with them is named with its place") {
  CHECK(file_errors("routes: {ends: [{method: DELETE}]}") ==
        Lines{"config.yaml:1:17: routes.ends[0]: has no path; use a path such as /api/jobs/{id}"});
  CHECK(file_errors("routes: {ends: [{path: /a, settle: 1s}]}") ==
        Lines{"config.yaml:1:28: routes.ends[0].settle: unknown key; use method, path, prefixes or "
              "spelling"});
  CHECK(file_errors("routes: {ends: /a}") ==
        Lines{"config.yaml:1:16: routes.ends: takes a list of requests"});
  CHECK(file_errors("routes: {rules: [{name: a, path: /a, session: id}]}") ==
        Lines{"config.yaml:1:47: routes.rules[0].session: 'id' is not allowed; use a JSON pointer "
              "(RFC 6901) such as /session"});
  CHECK(file_errors("routes: {rules: [{name: a, path: /a, session: [/b, {prefix: c}]}]}") ==
        Lines{"config.yaml:1:52: routes.rules[0].session[1]: has no pointer; use pointer and "
              "prefix"});
}

}  // namespace
}  // namespace taskgate::config
