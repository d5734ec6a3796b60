// What a person reads when the file is wrong: the texts are an interface.
#include <string>
#include <vector>

#include "support/catch.h"
#include "unit/config/world.h"

namespace taskgate::config {
namespace {

using test::config_of;
using test::file_errors;
using Lines = std::vector<std::string>;

TEST_CASE("a file without keys gives the defaults") {
  Config defaults;
  defaults.tmux.socket = {"/tmp/tmux-1000/default"};
  defaults.file = "config.yaml";
  for (const char* text : {"", "{}", "# nothing\n", "---\n"}) {
    CAPTURE(text);
    CHECK(config_of(text) == defaults);
  }
}

TEST_CASE("every key can be set in the file") {
  const Config config = config_of(R"(
listen: "[::1]:1"
upstream: coder:2
admin: :3
limit: 4
mode: observe
admission: {wait: 0, settle: 6s, body_limit: 2MiB, body_total: 8MiB}
refuse: {unknown_status: 429, help: "ask: us"}
tmux:
  socket: [/run/a/default, /run/b]
  match: work-*
  timeout: 7ms
  hold: 0
  on_unknown: admit
timeouts: {head: 8s, body: 9s, connect: 10s, response: 11s, create: 12s, idle: 13m, keep_alive: 14s,
           upstream_keep_alive: 15s}
limits: {head: 16KiB, fields: 17, connections: 18, held: 21MiB}
drain: {timeout: 20s, notice: 19s}
forwarded: yes
log: {level: debug, access: all}
routes: none
)");
  CHECK(config.listen == Address{"::1", 1});
  CHECK(config.upstream == Address{"coder", 2});
  CHECK(config.admin == Address{"::", 3});
  CHECK(config.limit == 4);
  CHECK(config.mode == Mode::observe);
  CHECK(config.admission.wait == Duration::zero());
  CHECK(config.admission.settle == std::chrono::seconds(6));
  CHECK(config.admission.body_limit == 2U << 20);
  CHECK(config.admission.body_total == 8U << 20);
  CHECK(config.refuse.unknown_status == 429);
  CHECK(config.refuse.help == "ask: us");
  CHECK(config.tmux.socket == Lines{"/run/a/default", "/run/b"});
  CHECK(config.tmux.match == Lines{"work-*"});
  CHECK(config.tmux.timeout == std::chrono::milliseconds(7));
  CHECK(config.tmux.hold == Duration::zero());
  CHECK(config.tmux.on_unknown == OnUnknown::admit);
  CHECK(config.timeouts.head == std::chrono::seconds(8));
  CHECK(config.timeouts.body == std::chrono::seconds(9));
  CHECK(config.timeouts.connect == std::chrono::seconds(10));
  CHECK(config.timeouts.response == std::chrono::seconds(11));
  CHECK(config.timeouts.create == std::chrono::seconds(12));
  CHECK(config.timeouts.idle == std::chrono::minutes(13));
  CHECK(config.timeouts.keep_alive == std::chrono::seconds(14));
  CHECK(config.timeouts.upstream_keep_alive == std::chrono::seconds(15));
  CHECK(config.limits.head == 16U << 10);
  CHECK(config.limits.fields == 17);
  CHECK(config.limits.connections == 18);
  CHECK(config.limits.held == 21 * 1024 * 1024);
  CHECK(config.drain.timeout == std::chrono::seconds(20));
  CHECK(config.drain.notice == std::chrono::seconds(19));
  CHECK(config.forwarded);
  CHECK(config.log.level == log::Level::debug);
  CHECK(config.log.access == AccessLog::all);
  CHECK(config.routes_name == "none");
  CHECK(config.routes == route::Table());
}

// Those that become strings of C ended at NUL: the pattern "a\0b" took `a`, which nobody had
// written, and the upstream "127.0.0.1\0x:1" was 127.0.0.1. A pattern with the line end of a block
// took no name, so that no session counted.
TEST_CASE("a value with a control character is refused, whichever key has it") {
  struct Row {
    const char* text;
    const char* error;
  };
  const Row rows[] = {
      {R"(tmux: {match: "a\0b"})",
       "1:15: tmux.match: 'a\\x00b' has a control character; use one or more patterns"},
      {R"(tmux: {match: [a, "\0"]})",
       "1:19: tmux.match: '\\x00' has a control character; use one or more patterns"},
      {R"(tmux: {socket: "/a\0"})",
       "1:16: tmux.socket: '/a\\x00' has a control character; use one or more abs"},
      {R"(upstream: "127.0.0.1\0:1")",
       "1:11: upstream: '127.0.0.1\\x00:1' has a control character; use host:port"},
      {R"(listen: "[::\0]:1")",
       "1:9: listen: '[::\\x00]:1' has a control character; use host:port"},
      {R"(refuse: {help: "\u0000"})",
       "1:16: refuse.help: '\\x00' has a control character; use text of at most"},
      {R"(limit: "1\0")", "1:8: limit: '1\\x00' has a control character; use a whole number"},
      {R"(classes: [{name: a, match: {json: {pointer: /a, pattern: "b\0"}}}])",
       "1:58: classes[0].match.json.pattern: 'b\\x00' has a control character; use a pattern"},
      {R"(routes: {rules: [{name: a, method: POST, path: "/x\0"}]})",
       "1:48: routes.rules[0].path: '/x\\x00' has a control character; use "},
      {R"(routes: {bodies_on_get: ["/x\0"]})",
       "1:26: routes.bodies_on_get: '/x\\x00' has a control character; use "},
      {"tmux:\n  match: |\n    kube-coder-*\n",
       "2:10: tmux.match: 'kube-coder-*\\x0a' has a control character; use one or more patterns"},
      {"tmux:\n  match:\n  - >\n    a-*\n", "3:5: tmux.match: 'a-*\\x0a' has a control char"},
      {R"(tmux: {match: "a\tb"})", "1:15: tmux.match: 'a\\x09b' has a control character; use one"},
      {R"(tmux: {match: "a\x7f"})", "1:15: tmux.match: 'a\\x7f' has a control character; use one"},
      {R"(tmux: {match: "a\x85"})", "1:15: tmux.match: 'a\\x85' has a control character; use one"},
      // What yaml-cpp makes of the escapes of U+0085 and U+00A0 is a byte alone.
      {R"(tmux: {match: "a\_"})", "1:15: tmux.match: 'a\xA0' is not UTF-8; use one or more"},
      {R"(routes: {rules: [{name: a, path: "/x\N"}]})",
       "1:34: routes.rules[0].path: '/x\x85' is not UTF-8; use a path"},
      {R"(tmux: {socket: "/a\n"})",
       "1:16: tmux.socket: '/a\\x0a' has a control character; use one"},
      {R"(inherited_class: "a\n")",
       "1:18: inherited_class: 'a\\x0a' has a control character; use the"},
      {R"(identity: {pod: "a\n"})",
       "1:17: identity.pod: 'a\\x0a' has a control character; use text"},
      {R"(classes: [{name: a, match: {header: {name: X, pattern: "b\n"}}}])",
       "1:56: classes[0].match.header.pattern: 'b\\x0a' has a control character; use a pattern"},
      {R"(classes: [{name: a, match: {json: {pointer: "/a\n", pattern: b}}}])",
       "1:45: classes[0].match.json.pointer: '/a\\x0a' has a control character; use a JSON "
       "pointer"},
      {R"(routes: {rules: [{name: a, path: /x, session: "/s\n"}]})",
       "1:47: routes.rules[0].session: '/s\\x0a' has a control character; use a JSON pointer"},
      {R"(routes: {rules: [{name: a, path: /x, session: {pointer: /s, prefix: "s\n"}}]})",
       "1:69: routes.rules[0].session.prefix: 's\\x0a' has a control character; use the text"},
      {R"(routes: {rules: [{name: a, path: "/{x:[a\n]}"}]})",
       "1:34: routes.rules[0].path: '/{x:[a\\x0a]}' has a control character; use a path"},
      {R"(routes: {rules: [{name: a, path: /x, kind: {path: /x, pointer: /k, creates: "t\n"}}]})",
       "1:77: routes.rules[0].kind.creates: 't\\x0a' has a control character; use the text"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const Lines errors = file_errors(row.text);
    REQUIRE_FALSE(errors.empty());
    CHECK(errors.front().starts_with("config.yaml:" + std::string(row.error)));
  }
}

TEST_CASE("a wrong value is named with its place and with what is allowed") {
  struct Row {
    const char* text;
    const char* error;
  };
  const Row rows[] = {
      {"tmux:\n  # what to do\n  on_unknown: maybe\n",
       "config.yaml:3:15: tmux.on_unknown: 'maybe' is not allowed; use reject or admit"},
      {"limit: many",
       "config.yaml:1:8: limit: 'many' is not a whole number; use a whole number from 0 to 100000"},
      {"limit: -1",
       "config.yaml:1:8: limit: '-1' is not a whole number; use a whole number from 0 to 100000"},
      {"limit: 100001",
       "config.yaml:1:8: limit: '100001' is out of range; use a whole number from 0 to 100000"},
      {"limit: ''",
       "config.yaml:1:8: limit: '' is not a whole number; use a whole number from 0 to 100000"},
      {"listen: 6090",
       "config.yaml:1:9: listen: '6090' has no port; use host:port, [IPv6]:port, or :port for all "
       "addresses"},
      {"upstream: 127.0.0.1:0",
       "config.yaml:1:11: upstream: '127.0.0.1:0' has port 0; use host:port or [IPv6]:port with a "
       "port from 1 to 65535"},
      {"refuse: {unknown_status: 500}",
       "config.yaml:1:26: refuse.unknown_status: '500' is not allowed; use 503 or 429"},
      {"timeouts:\n  head: 0",
       "config.yaml:2:9: timeouts.head: '0' is out of range; use a duration from 1ms to 24h"},
      {"timeouts:\n  body: 10",
       "config.yaml:2:9: timeouts.body: '10' has no unit (ms, s, m or h); use a duration from 1ms "
       "to 24h"},
      {"timeouts:\n  idle: 25h",
       "config.yaml:2:9: timeouts.idle: '25h' is out of range; use 0 (none) or a duration from 1ms "
       "to 24h"},
      {"limits:\n  head: 1000",
       "config.yaml:2:9: limits.head: '1000' is out of range; use a size from 1KiB to 1MiB"},
      {"limits:\n  head: 64K",
       "config.yaml:2:9: limits.head: '64K' is not a size such as 64KiB or 1MiB; use a size from "
       "1KiB to 1MiB"},
      {"forwarded: maybe",
       "config.yaml:1:12: forwarded: 'maybe' is not allowed; use true or false"},
      {"log:\n  level: warn",
       "config.yaml:2:10: log.level: 'warn' is not allowed; use debug, info, warning or error"},
      {"routes: kube",
       "config.yaml:1:9: routes: 'kube' is not a built-in list; use kube-coder, none, or in the "
       "file a mapping of use, bodies_on_get, rules and ends"},
      {"tmux:\n  match: [a, '']",
       "config.yaml:2:14: tmux.match: '' is empty; use one or more patterns of session names, with "
       "*, ? and [...]"},
      {"tmux:\n  socket:\n  - relative/path",
       "config.yaml:3:5: tmux.socket: 'relative/path' is not an absolute path; use one or more "
       "absolute paths of sockets or of folders of sockets"},
      {"tmux: {socket: [/run/a, /run//a/]}",
       "config.yaml:1:25: tmux.socket: '/run//a/' would be counted twice, with '/run/a'; use one "
       "or more absolute paths of sockets or of folders of sockets"},
      {"tmux: {socket: [/run/a/default, /run/a]}",
       "config.yaml:1:33: tmux.socket: '/run/a' would be counted twice, with '/run/a/default'; use "
       "one or more absolute paths of sockets or of folders of sockets"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(file_errors(row.text) == Lines{row.error});
  }
}

TEST_CASE("a socket's path must fit into its address") {
  const std::string fits = "/" + std::string(106, 'a');
  CHECK(config_of("tmux: {socket: " + fits + "}").tmux.socket == Lines{fits});
  const Lines errors = file_errors("tmux: {socket: " + fits + "a}");
  REQUIRE(errors.size() == 1);
  CHECK(errors[0].find("is longer than the 107 bytes that a socket's path may have") !=
        std::string::npos);
}

TEST_CASE("a value of the wrong kind is named with what is allowed") {
  struct Row {
    const char* text;
    const char* error;
  };
  const Row rows[] = {
      {"limit:", "config.yaml:1:1: limit: has no value; use a whole number from 0 to 100000"},
      {"limit: ~\n", "config.yaml:1:1: limit: has no value; use a whole number from 0 to 100000"},
      {"limit: [1]",
       "config.yaml:1:8: limit: takes one value, not a list; use a whole number from 0 to 100000"},
      {"limit: {a: 1}",
       "config.yaml:1:8: limit: takes a value, not keys; use a whole number from 0 to 100000"},
      {"tmux:\n  match: []",
       "config.yaml:2:10: tmux.match: is an empty list; use one or more patterns of session names, "
       "with *, ? and [...]"},
      {"tmux:\n  match:\n",
       "config.yaml:2:3: tmux.match: has no value; use one or more patterns of session names, with "
       "*, ? and [...]"},
      {"tmux:\n  match: {a: b}",
       "config.yaml:2:10: tmux.match: takes a value, not keys; use one or more patterns of session "
       "names, with *, ? and [...]"},
      {"tmux:\n  match: [[a]]",
       "config.yaml:2:11: tmux.match: has an item that is not text; use one or more patterns of "
       "session names, with *, ? and [...]"},
      {"drain: 5s",
       "config.yaml:1:8: drain: takes keys, not a value; use timeout or notice below it"},
      {"drain:\n", "config.yaml:1:1: drain: has no keys; use timeout or notice below it"},
      {"[limit]", "config.yaml:1:1: is not a mapping; use keys, as in 'limit: 12'"},
      {"limit", "config.yaml:1:1: is not a mapping; use keys, as in 'limit: 12'"},
      {"? [a]\n: 1", "config.yaml:1:3: has a key that is not text"},
      {"a: b: c",
       "config.yaml:1:5: is not valid YAML: illegal map value; put text with a colon into quotes, "
       "indent keys alike"},
      {"limit: 1\n---\nlimit: 2", "config.yaml:3:1: a second document begins here; use one"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(file_errors(row.text) == Lines{row.error});
  }
}

// A key with a line end in it made two lines of one complaint.
TEST_CASE("a complaint about a key with control characters is one line") {
  CHECK(file_errors("\"limit\\nx\": 1") ==
        Lines{"config.yaml:1:1: limit\\x0ax: unknown key; did you mean limit?"});
}

TEST_CASE("an unknown key is an error that says what was meant") {
  struct Row {
    const char* text;
    const char* error;
  };
  const Row rows[] = {
      {"limt: 1", "config.yaml:1:1: limt: unknown key; did you mean limit?"},
      {"tmux:\n  on_unknow: admit",
       "config.yaml:2:3: tmux.on_unknow: unknown key; did you mean tmux.on_unknown?"},
      {"tmx:\n  match: a", "config.yaml:1:1: tmx: unknown key; did you mean tmux?"},
      {"match: a", "config.yaml:1:1: match: unknown key; did you mean tmux.match?"},
      {"timeout: 1s",
       "config.yaml:1:1: timeout: unknown key; did you mean tmux.timeout or drain.timeout?"},
      {"tmux:\n  limit: 3", "config.yaml:2:3: tmux.limit: unknown key; did you mean limit?"},
      {"tmux.match: a", "config.yaml:1:1: tmux.match: unknown key; write match below tmux"},
      {"timeouts:\n  foo: 1",
       "config.yaml:2:3: timeouts.foo: unknown key; use head, body, connect, response, create, "
       "idle, keep_alive or upstream_keep_alive"},
      {"drain:\n  zzzzzzzz: 1",
       "config.yaml:2:3: drain.zzzzzzzz: unknown key; use timeout or notice"},
      {"zzz: 1",
       "config.yaml:1:1: zzz: unknown key; use listen, upstream, admin, limit, mode, admission, "
       "classes, inherited_class, refuse, tmux, timeouts, limits, drain, forwarded, log, identity "
       "or routes"},
      {"'': 1",
       "config.yaml:1:1: unknown key; use listen, upstream, admin, limit, mode, admission, "
       "classes, inherited_class, refuse, tmux, timeouts, limits, drain, forwarded, log, identity "
       "or routes"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(file_errors(row.text) == Lines{row.error});
  }
}

TEST_CASE("a repeated key is an error") {
  CHECK(file_errors("limit: 1\nlimit: 2\n") ==
        Lines{"config.yaml:2:1: limit: stands twice; keep one"});
  CHECK(file_errors("tmux: {hold: 1s}\ntmux: {timeout: 1s}\n") ==
        Lines{"config.yaml:2:1: tmux: stands twice; keep one"});
  CHECK(file_errors("tmux:\n  hold: 1s\n  hold: 1s\n") ==
        Lines{"config.yaml:3:3: tmux.hold: stands twice; keep one"});
}

TEST_CASE("all errors of a file are told at once, in its order") {
  CHECK(file_errors("limit: x\nbogus_key: 1\ntmux:\n  hold: y\n  match: []\n") ==
        Lines{
            "config.yaml:1:8: limit: 'x' is not a whole number; use a whole number from 0 to "
            "100000",
            "config.yaml:2:1: bogus_key: unknown key; use listen, upstream, admin, limit, mode, "
            "admission, classes, inherited_class, refuse, tmux, timeouts, limits, drain, "
            "forwarded, log, identity or routes",
            "config.yaml:4:9: tmux.hold: 'y' is not a duration such as 500ms or 10s; use a "
            "duration from 0s to 1h",
            "config.yaml:5:10: tmux.match: is an empty list; use one or more patterns of session "
            "names, with *, ? and [...]",
        });
}

TEST_CASE("a value may be quoted, as templates do") {
  CHECK(config_of("limit: \"7\"\n").limit == 7);
  CHECK(config_of("forwarded: 'true'\n").forwarded);
}

}  // namespace
}  // namespace taskgate::config
