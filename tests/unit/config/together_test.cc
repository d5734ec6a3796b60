// Values that are possible alone and impossible together.
#include <string>
#include <vector>

#include "support/catch.h"
#include "unit/config/world.h"

namespace taskgate::config {
namespace {

using test::errors_of;
using test::file_errors;
using test::loaded;
using test::with_file;
using test::World;
using Lines = std::vector<std::string>;

TEST_CASE("impossible combinations are errors at the key that was set") {
  struct Row {
    const char* text;
    const char* error;
  };
  const Row rows[] = {
      {"drain: {notice: 30s}",
       "config.yaml:1:17: drain.notice: drain.notice (30s) is more than drain.timeout (25s)"},
      {"drain: {timeout: 2s}",
       "config.yaml:1:18: drain.timeout: drain.notice (3s) is more than drain.timeout (2s)"},
      {"drain: {timeout: 2s, notice: 5s}",
       "config.yaml:1:30: drain.notice: drain.notice (5s) is more than drain.timeout (2s)"},
      {"admission: {body_limit: 32MiB}",
       "config.yaml:1:25: admission.body_limit: admission.body_limit (32MiB) is more than "
       "admission.body_total (16MiB)"},
      {"admission: {body_total: 64KiB}",
       "config.yaml:1:25: admission.body_total: admission.body_limit (1MiB) is more than "
       "admission.body_total (64KiB)"},
      {"admin: 127.0.0.1:6090",
       "config.yaml:1:8: admin: admin and listen are the same port (127.0.0.1:6090, [::]:6090)"},
      {"listen: :9464",
       "config.yaml:1:9: listen: admin and listen are the same port ([::]:9464, [::]:9464)"},
      {"listen: 0.0.0.0:6080",
       "config.yaml:1:9: listen: upstream is the gate itself, by listen (127.0.0.1:6080, "
       "0.0.0.0:6080)"},
      {"upstream: localhost:9464",
       "config.yaml:1:11: upstream: upstream is the gate itself, by admin (localhost:9464, "
       "[::]:9464)"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(file_errors(row.text) == Lines{row.error});
  }
}

// They were errors for `taskgate status --admin HOST:PORT`, and for `sessions` and `explain`, too.
TEST_CASE("what is impossible together is nothing to who does not serve") {
  for (const char* text :
       {"listen: :7\nadmin: :7", "upstream: 127.0.0.1:7\nadmin: 127.0.0.1:7",
        "drain: {notice: 30s}", "admission: {body_limit: 32MiB}",
        "limit: 1\nclasses: [{name: default, floor: 2}]", "inherited_class: people",
        "routes: none\nclasses: [{name: a, match: "
        "{routes: task}}]"}) {
    CAPTURE(text);
    World world = with_file(text);
    CHECK(errors_of(world).size() == 1);
    for (const Use use : {Use::reading, Use::asking}) {
      world.use = use;
      CHECK(errors_of(world).empty());
      CHECK(loaded(world).faults.empty());
      CHECK(loaded(world).config.configured);
    }
  }
}

TEST_CASE("the edges of what is possible together are allowed") {
  CHECK(file_errors("drain: {timeout: 3s}").empty());
  CHECK(file_errors("drain: {timeout: 0, notice: 0}").empty());
  CHECK(file_errors("admission: {body_limit: 16MiB}").empty());
  CHECK(file_errors("listen: 127.0.0.1:9464\nadmin: 127.0.0.2:9464").empty());
  CHECK(file_errors("listen: 127.0.0.1:0\nadmin: 127.0.0.1:0").empty());
  CHECK(file_errors("listen: :6080\nupstream: 10.0.0.7:6080").empty());
}

TEST_CASE("a mistake in one key is not told again as a combination") {
  CHECK(file_errors("drain: {timeout: x, notice: 30s}").size() == 1);
  CHECK(file_errors("listen: nowhere\nadmin: :6090").size() == 1);
}

TEST_CASE("a combination is placed at the source that made it") {
  World world = with_file("drain: {timeout: 5s}\n");
  world.variables["TASKGATE_DRAIN_NOTICE"] = "6s";
  CHECK(errors_of(world) ==
        Lines{"TASKGATE_DRAIN_NOTICE: drain.notice (6s) is more than drain.timeout (5s)"});
  world.variables.clear();
  world.flags.push_back("--drain-notice=7s");
  CHECK(errors_of(world) ==
        Lines{"--drain-notice: drain.notice (7s) is more than drain.timeout (5s)"});
}

// It was a path where no server is, or matched no session, and everything was admitted.
TEST_CASE("several sockets or patterns in one text are warned about, but for a variable's") {
  struct Row {
    std::string member, text, flag, variable, place, kind;
  };
  const Row row = GENERATE(Row{"socket", "/a/s,/b/s", "--tmux-socket", "TASKGATE_TMUX_SOCKET",
                               "config.yaml:2:11: tmux.socket", "path"},
                           Row{"match", "a-*, b-*", "--tmux-match", "TASKGATE_TMUX_MATCH",
                               "config.yaml:2:10: tmux.match", "pattern"});
  const std::string warning = ": '" + row.text + "' is one " + row.kind +
                              ", with a comma in it; several are a list, [a, b], or flags";
  World world;
  world.flags = {row.flag, row.text};
  CHECK(loaded(world).warnings == Lines{row.flag + warning});
  CHECK(loaded(test::with_file("tmux:\n  " + row.member + ": " + row.text + "\n")).warnings ==
        Lines{row.place + warning});
  world.flags.clear();
  world.variables[row.variable] = row.text;
  CHECK(loaded(world).warnings.empty());
}

// Nobody could say that a comma is meant.
TEST_CASE("a comma in an item of a list is not warned about") {
  for (const char* text : {"tmux: {match: ['a,b-*']}", "tmux: {match: [c, 'a,b-*']}",
                           "tmux: {socket: ['/a,b/default']}", "routes: {bodies_on_get: ['/x,/y']}",
                           "routes: {rules: [{name: a, path: /a, prefixes: ['/x,y', /z]}]}"}) {
    CAPTURE(text);
    CHECK(loaded(test::with_file(text)).warnings.empty());
  }
}

// It stood before no path, and what was meant to be gated there was not.
TEST_CASE("several prefixes or paths in one text are warned about") {
  CHECK(loaded(test::with_file("routes: {rules: [{name: a, path: /a, prefixes: '/x,/y'}]}\n"))
            .warnings ==
        Lines{"config.yaml:1:48: routes.rules[0].prefixes: '/x,/y' is one prefix, with a comma in "
              "it; several are a list, [a, b]"});
  CHECK(loaded(test::with_file("routes: {bodies_on_get: '/x,/y'}\n")).warnings ==
        Lines{"config.yaml:1:25: routes.bodies_on_get: '/x,/y' is one path, with a comma in it; "
              "several are a list, [a, b]"});
}

// The rule took no request that came, and its creates passed ungated.
TEST_CASE("what other frameworks write for a variable of a path is warned about") {
  const auto warnings_of = [](const std::string& path) {
    return loaded(test::with_file("routes: {rules: [{name: a, path: '" + path + "'}]}\n")).warnings;
  };
  for (const char* segment : {":id", "<id>", "<int:id>", "*", "**", "job-*"}) {
    CHECK(warnings_of(std::string("/v1/") + segment + "/run") ==
          Lines{std::string("config.yaml:1:34: routes.rules[0].path: '") + segment +
                "' is that very text; a variable is written {id}"});
  }
  for (const char* path : {"/v1/jobs/{id}", "/v1/{id:[*:<>]}/run", "/v1/jobs:run", "/v1/:"}) {
    CAPTURE(path);
    CHECK(warnings_of(path).empty());
  }
}

// Whoever gave a built-in route another `settle` in this way had it read by nobody.
TEST_CASE("a rule for what an earlier one takes is warned about") {
  const auto warnings_of = [](const std::string& rules) {
    return loaded(test::with_file("routes: {rules: [" + rules + "]}\n")).warnings;
  };
  CHECK(warnings_of("{name: mine, path: /api/claude/tasks, settle: 2s}") ==
        Lines{"config.yaml:1:18: routes.rules[0]: the rule 'task' takes POST /api/claude/tasks "
              "before it"});
  CHECK(warnings_of("{name: a, path: /x}, {name: b, path: /x}") ==
        Lines{"config.yaml:1:39: routes.rules[1]: the rule 'a' takes POST /x before it"});
  CHECK(warnings_of("{name: a, path: /x}, {name: b, path: /x, method: PUT}, {name: c, path: /y}")
            .empty());
}

TEST_CASE("a list that gates nothing is warned about") {
  World world;
  world.flags = {"--routes=none"};
  CHECK(loaded(world).warnings == Lines{"--routes: has no rules, so that nothing is gated"});
}

}  // namespace
}  // namespace taskgate::config
