#include <string>
#include <vector>

#include "support/catch.h"
#include "unit/config/world.h"

namespace taskgate::config {
namespace {

using route::Rule;
using route::Spelling;
using test::config_of;
using test::file_errors;
using Lines = std::vector<std::string>;

// A file with one own rule, in flow form, that stands in line 3 from column 5 on.
std::string with_rule(const std::string& rule) {
  return "routes:\n  rules:\n  - {" + rule + "}\n";
}

TEST_CASE("a built-in list is named by a word") {
  CHECK(config_of("routes: kube-coder").routes == route::kube_coder());
  CHECK(config_of("routes: none").routes == route::Table());
  CHECK(config_of("routes: {use: none}").routes == route::Table());
  CHECK(config_of("routes: {}").routes == route::kube_coder());
}

TEST_CASE("own rules follow the built-in ones") {
  const Config config = config_of(R"(
routes:
  bodies_on_get: [/api/search/, /api/app-proxy/]
  rules:
  - name: job
    path: /v2/jobs/{id:[a-z]}
)");
  CHECK(config.routes_name == "kube-coder");
  const auto& rules = config.routes.rules();
  REQUIRE(rules.size() == 9);
  CHECK(rules[0] == route::kube_coder().rules()[0]);
  CHECK(rules[8].name == "job");
  CHECK(rules[8].method == "POST");
  CHECK(rules[8].spelling == Spelling::normalized);
  CHECK(rules[8].settle == Duration::zero());
  CHECK(rules[8].kind_path.empty());
  CHECK(rules[8].starts == route::Starts::task);
  CHECK(rules[8].slots == route::Slots{});
  CHECK_FALSE(rules[8].redirect_refuses);
  CHECK(config.routes.bodies_on_get() == Lines{"/api/app-proxy/", "/api/search/"});
}

TEST_CASE("all parts of an own rule are read") {
  const Config config = config_of(R"(
routes:
  use: none
  rules:
  - name: job
    method: PUT
    path: /v2/jobs/{id}/run
    prefixes: [/oauth, /browser]
    spelling: exact
    settle: 250ms
    starts: maybe
    slots: {pointer: /count, default: 2, most: 5}
    kind: {path: "/v2/jobs/{id}", pointer: /kind, creates: task}
)");
  REQUIRE(config.routes.rules().size() == 1);
  Rule expected{"job", "PUT", *route::Pattern::parse("/v2/jobs/{id}/run"), {"/oauth", "/browser"}};
  expected.spelling = Spelling::exact;
  expected.settle = std::chrono::milliseconds(250);
  expected.starts = route::Starts::maybe;
  expected.slots = {"/count", 2, 5};
  expected.kind_path = "/v2/jobs/{id}";
  expected.kind_pointer = "/kind";
  expected.kind_creates = "task";
  CHECK(config.routes.rules()[0] == expected);
}

TEST_CASE("what is wrong with a rule is named with its place") {
  struct Row {
    const char* rule;
    const char* error;
  };
  const Row rows[] = {
      {"path: /a",
       "config.yaml:3:5: routes.rules[0]: has no name; use a-z, 0-9 and '-', beginning with a "
       "letter"},
      {"name: a",
       "config.yaml:3:5: routes.rules[0]: has no path; use a path such as "
       "/api/jobs/{id}"},
      {"name: My_Job, path: /a",
       "config.yaml:3:12: routes.rules[0].name: 'My_Job' is not allowed; use a-z, 0-9 and '-', "
       "beginning with a letter"},
      {"name: other, path: /a",
       "config.yaml:3:5: routes.rules[0]: the name 'other' is reserved; use another"},
      {"name: webhook, path: /a",
       "config.yaml:3:5: routes.rules[0]: the name 'webhook' is taken by an earlier rule; use "
       "another"},
      {"name: a, path: /a, method: post",
       "config.yaml:3:33: routes.rules[0].method: 'post' is not allowed; use a method in capitals, "
       "such as POST"},
      {"name: a, path: a",
       "config.yaml:3:21: routes.rules[0].path: 'a' is not allowed: a path begins with '/'"},
      {"name: a, path: '/{Id}'",
       "config.yaml:3:21: routes.rules[0].path: '/{Id}' is not allowed: a variable's name is made "
       "of a-z, 0-9 and '_' and begins with a-z"},
      {"name: a, path: /a, prefixes: [/x, y/]",
       "config.yaml:3:40: routes.rules[0].prefixes: 'y/' is not allowed; use a path such as "
       "/oauth, without a slash at its end"},
      {"name: a, path: /a, spelling: lax",
       "config.yaml:3:35: routes.rules[0].spelling: 'lax' is not allowed; use exact or normalized"},
      {"name: a, path: /a, settle: 5",
       "config.yaml:3:33: routes.rules[0].settle: '5' has no unit (ms, s, m or h); use a duration "
       "from 0s to 10m"},
      {"name: a, path: /a, settle: 11m",
       "config.yaml:3:33: routes.rules[0].settle: '11m' is out of range; use a duration from 0s to "
       "10m"},
      {"name: a, path: /a, starts: none",
       "config.yaml:3:33: routes.rules[0].starts: 'none' is not allowed; use task, maybe or "
       "elsewhere"},
      {"name: a, path: /a, slots: 0",
       "config.yaml:3:32: routes.rules[0].slots: '0' is not allowed; use a whole number from 1 to "
       "100000"},
      {"name: a, path: /a, slots: 100001",
       "config.yaml:3:32: routes.rules[0].slots: '100001' is not allowed; use a whole number from "
       "1 "
       "to 100000"},
      {"name: a, path: /a, slots: {pointer: /n}",
       "config.yaml:3:32: routes.rules[0].slots: has no most; use pointer, default and most"},
      {"name: a, path: /a, slots: {pointer: '', most: 2}",
       "config.yaml:3:42: routes.rules[0].slots.pointer: '' is not allowed; use a JSON pointer "
       "(RFC "
       "6901) such as /concurrency"},
      {"name: a, path: /a, slots: {pointer: /n, default: 3, most: 2}",
       "config.yaml:3:32: routes.rules[0].slots: has a default above most; use a smaller one"},
      {"name: a, path: /a, slots: {pointer: /n, most: 2, least: 1}",
       "config.yaml:3:55: routes.rules[0].slots.least: unknown key; use pointer, default or most"},
      {"name: a, path: /a, starts: elsewhere, slots: 2",
       "config.yaml:3:5: routes.rules[0].slots: nothing is reserved for a rule that starts its "
       "task "
       "elsewhere; leave slots out"},
      {"name: a, path: /a, methods: [POST]",
       "config.yaml:3:25: routes.rules[0].methods: unknown key; did you mean "
       "routes.rules[0].method?"},
      {"name: a, path: /a, zzzzzzzz: 1",
       "config.yaml:3:25: routes.rules[0].zzzzzzzz: unknown key; use name, method, path, prefixes, "
       "spelling, settle, starts, slots, session or kind"},
      {"name: a, path: /a, name: b",
       "config.yaml:3:25: routes.rules[0].name: stands twice; keep one"},
      {"name: [a], path: /a",
       "config.yaml:3:12: routes.rules[0].name: takes one value, not a list; use a-z, 0-9 and '-', "
       "beginning with a letter"},
      {"name: a, path: /a, settle: [1s]",
       "config.yaml:3:33: routes.rules[0].settle: takes one value, not a list; use a duration from "
       "0s to 10m"},
      {"name: a, path: /a, slots: {pointer: /n, most: [2]}",
       "config.yaml:3:52: routes.rules[0].slots.most: takes one value, not a list; use a whole "
       "number from 1 to 100000"},
      {"name: a, path: /a/",
       "config.yaml:3:5: routes.rules[0]: '/a/' can never match with spelling normalized; use no "
       "slash at its end, no '//', '.', '..', '%', '\\' or ';'"},
      {"name: a, path: /a, prefixes: [/b/../c]",
       "config.yaml:3:5: routes.rules[0]: '/b/../c' can never match with spelling normalized; use "
       "no slash at its end, no '//', '.', '..', '%', '\\' or ';'"},
      {"name: a, path: /a, kind: task",
       "config.yaml:3:31: routes.rules[0].kind: takes keys; use path, pointer and creates"},
      {"name: a, path: /a, kind: {path: /a, pointer: /b}",
       "config.yaml:3:31: routes.rules[0].kind: has no creates; use path, pointer and creates"},
      {"name: a, path: /a, kind: {path: /a, pointer: b, creates: c}",
       "config.yaml:3:51: routes.rules[0].kind.pointer: 'b' is not allowed; use a JSON pointer "
       "(RFC 6901) such as /action/type"},
      {"name: a, path: '/a/{id}', kind: {path: '/b/{name}', pointer: /b, creates: c}",
       "config.yaml:3:5: routes.rules[0].kind.path: '/b/{name}' is not allowed; use a path with "
       "the first variable of the rule's path in it, if any"},
      {"name: a, path: /a, kind: {path: '/b/{}', pointer: /b, creates: c}",
       "config.yaml:3:5: routes.rules[0].kind.path: '/b/{}' is not allowed; use a path with the "
       "first variable of the rule's path in it, if any"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.rule);
    CHECK(file_errors(with_rule(row.rule)) == Lines{row.error});
  }
}

TEST_CASE("what is wrong with the list is named with its place") {
  struct Row {
    const char* text;
    const char* error;
  };
  const Row rows[] = {
      {"routes: {use: mine}",
       "config.yaml:1:15: routes.use: 'mine' is not a built-in list; use kube-coder or none"},
      {"routes: {rules: /a}", "config.yaml:1:17: routes.rules: takes a list of rules"},
      {"routes:\n  rules:\n", "config.yaml:2:3: routes.rules: takes a list of rules"},
      {"routes: {rules: [/a]}",
       "config.yaml:1:18: routes.rules[0]: takes keys; use name, path and others"},
      {"routes: {bodies_on_get: [a/]}",
       "config.yaml:1:26: routes.bodies_on_get: 'a/' is not allowed; use a path such as "
       "/api/search, or /api/search/ for all below it"},
      {"routes: {bodies_on_get: /}",
       "config.yaml:1:25: routes.bodies_on_get: '/' is not allowed; use a path such as "
       "/api/search, or /api/search/ for all below it"},
      {"routes: {rule: []}",
       "config.yaml:1:10: routes.rule: unknown key; did you mean routes.rules?"},
      {"routes: [none]",
       "config.yaml:1:9: routes: takes one value, not a list; use kube-coder, none, or in the file "
       "a mapping of use, bodies_on_get, rules and ends"},
      {"routes: {rules: [{name: a, path: /a}, {name: a, path: /b}]}",
       "config.yaml:1:39: routes.rules[1]: the name 'a' is taken by an earlier rule; use another"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(file_errors(row.text) == Lines{row.error});
  }
}

TEST_CASE("slots are a number, or where it stands with 1 as its default") {
  const auto slots = [](const std::string& text) {
    return config_of(with_rule("name: a, path: /a, slots: " + text)).routes.rules().back().slots;
  };
  CHECK(slots("3") == route::Slots{"", 3, 1});
  CHECK(slots("{pointer: /n, most: 4}") == route::Slots{"/n", 1, 4});
}

TEST_CASE("without the built-in list its names are free") {
  CHECK(config_of("routes: {use: none, rules: [{name: task, path: /a}]}").routes.rules().size() ==
        1);
}

TEST_CASE("an exact rule may have a path that no cleaned-up target has") {
  CHECK(config_of("routes: {rules: [{name: a, path: /a/, spelling: exact}]}")
            .routes.match("POST", "/a/"));
}

TEST_CASE("the root path and JSON pointers with escapes are allowed") {
  CHECK(file_errors(with_rule("name: a, path: /")).empty());
  CHECK(file_errors(with_rule("name: a, path: /a, kind: {path: /a, pointer: /x~1y~0, creates: t}"))
            .empty());
  CHECK(file_errors(with_rule("name: a, path: /a, kind: {path: /a, pointer: /x~2, creates: t}"))
            .size() == 1);
}

}  // namespace
}  // namespace taskgate::config
