#include <map>
#include <sstream>
#include <string>
#include <utility>

#include "config/keys.h"
#include "config/print.h"
#include "support/catch.h"
#include "unit/config/world.h"

namespace taskgate::config {
namespace {

using test::config_of;
using test::loaded;
using test::World;

// Prints, reads what was printed, and compares.
void check_round_trip(Config config) {
  config.file = "config.yaml";
  const std::string text = to_yaml(config);
  INFO(text);
  CHECK(config_of(text) == config);
}

TEST_CASE("the defaults are printed in full") {
  CHECK(to_yaml(loaded(World()).config) == R"(listen: "[::]:6090"
upstream: 127.0.0.1:6080
admin: "[::]:9464"
limit: 12
mode: enforce
admission:
  wait: 2s
  settle: 5s
  body_limit: 1MiB
  body_total: 16MiB
  look: 250ms
classes: []
inherited_class: ""
refuse:
  unknown_status: 503
  help: ""
tmux:
  socket: [/tmp/tmux-1000/default]
  match: [kube-coder-*]
  timeout: 1s
  hold: 10s
  on_unknown: reject
timeouts:
  head: 10s
  body: 1m
  connect: 2s
  response: 0s
  create: 2m
  idle: 0s
  keep_alive: 700s
  upstream_keep_alive: 0s
limits:
  head: 64KiB
  fields: 100
  connections: 10000
  held: 32MiB
drain:
  timeout: 25s
  notice: 3s
forwarded: false
log:
  level: info
  access: gated
identity:
  pod: ""
  namespace: ""
  workspace: ""
routes: kube-coder
)");
}

TEST_CASE("the defaults come back") {
  check_round_trip(loaded(World()).config);
}

TEST_CASE("a configuration with nothing left at its default comes back") {
  Config config;
  config.listen = {"::", 1};
  config.upstream = {"coder.svc", 2};
  config.admin = {"::1", 3};
  config.mode = Mode::observe;
  config.admission = {Duration::zero(), std::chrono::milliseconds(1), 1500, 1501,
                      std::chrono::minutes(1)};
  config.limit = 9;
  config.classes = {
      {"people", {{"task"}, {{"X-a'b", "*, {b}"}}, {{"/a~1b", "null"}}}, 3, 4},
      {"default", {}, 1, std::nullopt, std::chrono::seconds(1), std::chrono::minutes(2), 0}};
  config.inherited_class = "people";
  config.refuse.unknown_status = 429;
  config.refuse.help = "see \"limits\": https://a.b/c?d #e";
  config.tmux.socket = {"/run/with space/default", "/run/[x]", "/run/\xC3\xA9"};
  config.tmux.match = {"*",  "null", "~",  "a: b", "#x", "'q'", "\"q\"", "\\",  "-",  "[a-z]?",
                       "a:", "...",  "&a", "!b",   "%c", "@d",  "`e",    "f,g", "{h}"};
  config.tmux.timeout = std::chrono::milliseconds(1234);
  config.tmux.hold = std::chrono::hours(1);
  config.tmux.on_unknown = OnUnknown::admit;
  config.timeouts = {std::chrono::seconds(1), std::chrono::seconds(2), std::chrono::seconds(3),
                     std::chrono::seconds(4), std::chrono::seconds(5), std::chrono::seconds(6),
                     std::chrono::seconds(7), std::chrono::seconds(8)};
  config.limits = {2048, 11, 12, std::size_t{2} << 20};
  config.drain = {std::chrono::seconds(2), std::chrono::seconds(1)};
  config.forwarded = true;
  config.log = {log::Level::error, AccessLog::none};
  config.identity = {"ws-alice-0", "coders", "alice: #1"};
  config.routes_name = "none";
  config.routes = route::Table({{"task", "POST", *route::Pattern::parse("/a"), {}}}, {});
  // The test is worth its name only if no key has its default.
  const Config defaults = loaded(World()).config;
  for (const Key& key : keys()) {
    CAPTURE(key.path);
    CHECK(key.get(config) != key.get(defaults));
  }
  check_round_trip(config);
}

TEST_CASE("own routes come back, with and without the built-in list") {
  route::Rule plain{"plain", "POST", *route::Pattern::parse("/a/{id:[a-z0-9_-]}"), {}};
  route::Rule full{"full", "PUT", *route::Pattern::parse("/b/{id}"), {"/x", "/y"}};
  full.spelling = route::Spelling::normalized;
  full.settle = std::chrono::seconds(2);
  full.starts = route::Starts::maybe;
  full.slots = {"/how~1many", 2, 9};
  plain.slots.count = 3;
  full.session = {{"/name", ""}, {"/id", "a b-"}};
  full.kind_path = "/b/{id}/kind";
  full.kind_pointer = "";
  full.kind_creates = "a \"task\"";
  Config config = loaded(World()).config;
  config.routes_name = "none";
  const route::Rule end{"", "DELETE", *route::Pattern::parse("/b/{id}"), {"/x"}};
  route::Rule away{"away", "POST", *route::Pattern::parse("/c"), {}};
  away.starts = route::Starts::elsewhere;  // its slots may not be said
  config.routes = route::Table({plain, full, away}, {"/search/"}, {}, {end});
  check_round_trip(config);

  const route::Table base = route::kube_coder();
  std::vector<route::Rule> rules = base.rules();
  rules.push_back(full);
  config.routes_name = "kube-coder";
  config.routes =
      route::Table(rules, {"/api/app-proxy/", "/search"}, base.app_proxy(), base.ends());
  check_round_trip(config);
  config.routes =
      route::Table(base.rules(), {"/api/app-proxy/", "/search"}, base.app_proxy(), base.ends());
  check_round_trip(config);
}

TEST_CASE("each value is printed with where it came from, and is read back with that") {
  World world = test::with_file("limit: 5\ntmux:\n  match: [a, b]\nroutes: {use: none}\n");
  world.variables = {{"TASKGATE_TMUX_HOLD", "2s"}, {"KC_MAX_TASKS", "7"}, {"TMUX_TMPDIR", "/run"}};
  world.flags.push_back("--forwarded");
  const Loaded result = loaded(world);
  const std::string text = to_annotated_yaml(result);
  CHECK(text.starts_with("# configuration file: config.yaml\nlisten: "));
  for (const char* line :
       {"limit: 7  # KC_MAX_TASKS\n", "  match: [a, b]  # config.yaml:3:11\n",
        "  hold: 2s  # TASKGATE_TMUX_HOLD\n", "  socket: [/run/tmux-1000/default]  # TMUX_TMPDIR\n",
        "forwarded: true  # --forwarded\n", "routes: none  # config.yaml:4:9\n",
        "  timeout: 1s  # default\n"}) {
    CAPTURE(line);
    CHECK(text.find(std::string("\n") + line) != std::string::npos);
  }
  Config read_back = config_of(text);
  read_back.limit_is_upstreams = true;  // where a value came from is no part of the file
  CHECK(read_back == result.config);
}

TEST_CASE("origins are a line a key: where its value came from, and the value") {
  World world = test::with_file(
      "limit: 5\nclasses: [{name: default, cap: 3}]\nroutes: {rules: [{name: job, path: "
      "/jobs}]}\n");
  world.variables = {{"TASKGATE_TMUX_HOLD", "2s"}, {"KC_MAX_TASKS", "7"}, {"TMUX_TMPDIR", "/run"}};
  world.flags.push_back("--tmux-match=a");
  world.flags.push_back("--tmux-match=b");
  const std::string text = to_origins(loaded(world));
  CHECK(text.starts_with("configuration file: config.yaml\nKEY "));
  std::map<std::string, std::pair<std::string, std::string>> rows;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string key;
    std::string from;
    std::string value;
    words >> key >> from >> std::ws;
    std::getline(words, value);
    rows[key] = {from, value};
  }
  using Row = std::pair<std::string, std::string>;
  CHECK(rows["limit"] == Row("KC_MAX_TASKS", "7"));
  CHECK(rows["tmux.hold"] == Row("TASKGATE_TMUX_HOLD", "2s"));
  CHECK(rows["tmux.socket"] == Row("TMUX_TMPDIR", "[/run/tmux-1000/default]"));
  CHECK(rows["tmux.match"] == Row("--tmux-match", "[a, b]"));
  CHECK(rows["tmux.timeout"] == Row("default", "1s"));
  CHECK(rows["routes"] == Row("config.yaml:3:9", "kube-coder, own rules: 1"));
  CHECK(rows["classes"].first == "config.yaml:2:10");
  CHECK(rows.size() == keys().size() + 2);
}

TEST_CASE("what is left of a faulty default file has its origins") {
  World world;
  world.files[std::string(kDefaultFile)] = "limit: many\ntmux: {hold: 2s}\n";
  world.variables = {{"TASKGATE_ADMIN", ":1"}};
  const Loaded result = loaded(world);
  REQUIRE_FALSE(result.config.configured);
  CHECK(origin_of(result, "limit") == "default");
  CHECK(origin_of(result, "tmux.hold") == "/etc/taskgate/config.yaml:2:14");
  CHECK(origin_of(result, "admin") == "TASKGATE_ADMIN");
}

TEST_CASE("without a file it is said where one was looked for") {
  CHECK(to_annotated_yaml(loaded(World()))
            .starts_with(
                "# no configuration file: /etc/taskgate/config.yaml is not there\nlisten: "));
}

TEST_CASE("the name of a file cannot make more of a comment than a comment") {
  for (const std::string name : {"a\nlimit: 1", "a\xff", "a\x1b[2J"}) {
    World world;
    world.flags = {"--config", name};
    world.files[name] = "limit: 5\n";
    const Loaded result = loaded(world);
    Config again = config_of(to_annotated_yaml(result));
    again.file = name;
    CHECK(again == result.config);
  }
}

TEST_CASE("classes are printed a line each") {
  const std::string text = to_yaml(
      config_of("classes: [{name: a, match: {routes: task}, cap: 3, wait: 90s}, {name: default}]"));
  CHECK(text.find(R"(
classes:
  - {name: a, match: {routes: [task]}, floor: 0, cap: 3, wait: 90s, max_wait: 0s, places: 100}
  - {name: default, floor: 0, wait: 0s, max_wait: 0s, places: 100}
inherited_class: ""
)") != std::string::npos);
}

TEST_CASE("own routes are printed below the list they follow") {
  const Config config = config_of(
      "routes: {bodies_on_get: /search, rules: [{name: job, path: '/jobs/{id}', settle: 1s}]}");
  const std::string text = to_yaml(config);
  CHECK(text.substr(text.find("routes:")) == R"(routes:
  use: kube-coder
  bodies_on_get: [/search]
  rules:
    - name: job
      method: POST
      path: "/jobs/{id}"
      spelling: normalized
      settle: 1s
      starts: task
      slots: 1
)");
}

}  // namespace
}  // namespace taskgate::config
