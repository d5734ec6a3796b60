#include "config/environment.h"

#include <set>
#include <string>
#include <vector>

#include "config/keys.h"
#include "support/catch.h"
#include "unit/config/world.h"

namespace taskgate::config {
namespace {

using test::errors_of;
using test::loaded;
using test::World;
using Lines = std::vector<std::string>;

World with_variable(const std::string& name, const std::string& value) {
  World world;
  world.variables[name] = value;
  return world;
}

// Such as a ConfigMap that was made of a file with it; the upstream's int() takes it, too.
TEST_CASE("white space around a variable's value is left out") {
  for (const char* name : {"TASKGATE_LIMIT", "KC_MAX_TASKS"}) {
    CHECK(loaded(with_variable(name, " \t7\r\n")).config.limit == 7);
  }
  CHECK(loaded(with_variable("TASKGATE_TMUX_MATCH", "a,\tb\n")).config.tmux.match ==
        Lines{"a", "b"});
  CHECK_FALSE(errors_of(with_variable("TASKGATE_LIMIT", "\n")).empty());
}

TEST_CASE("a key's variable is its path in upper snake case") {
  World world;
  world.variables = {{"TASKGATE_LISTEN", ":1"},
                     {"TASKGATE_LIMIT", "2"},
                     {"TASKGATE_TMUX_ON_UNKNOWN", "admit"},
                     {"TASKGATE_ADMISSION_BODY_LIMIT", "1KiB"},
                     {"TASKGATE_TIMEOUTS_KEEP_ALIVE", "3s"},
                     {"TASKGATE_TIMEOUTS_UPSTREAM_KEEP_ALIVE", "4s"},
                     {"TASKGATE_FORWARDED", "on"},
                     {"TASKGATE_ROUTES", "none"}};
  const Config config = loaded(world).config;
  CHECK(config.listen == Address{"::", 1});
  CHECK(config.limit == 2);
  CHECK(config.tmux.on_unknown == OnUnknown::admit);
  CHECK(config.admission.body_limit == 1024);
  CHECK(config.timeouts.keep_alive == std::chrono::seconds(3));
  CHECK(config.timeouts.upstream_keep_alive == std::chrono::seconds(4));
  CHECK(config.forwarded);
  CHECK(config.routes_name == "none");
}

TEST_CASE("every key has a variable and a flag of its own") {
  std::set<std::string> names;
  for (const Key& key : keys()) {
    CAPTURE(key.path);
    CHECK(names.insert(variable_of(key)).second);
    CHECK(names.insert(flag_of(key)).second);
    CHECK_FALSE(is_made_by_kubernetes(variable_of(key), "tcp://10.0.0.1:80"));
  }
}

// It was printed as U+FFFD, and what was printed is read back.
TEST_CASE("a value that is not UTF-8 is refused, since it could not be printed") {
  const Lines errors = errors_of(with_variable("TASKGATE_TMUX_SOCKET", "/run/\xb2"));
  REQUIRE(errors.size() == 1);
  CHECK(errors[0].starts_with("TASKGATE_TMUX_SOCKET: '/run/\xb2' is not UTF-8; use one or more "));
}

// Two patterns in two lines were one, which no session's name matched.
TEST_CASE("a value with a control character is refused, but for YAML with line ends") {
  CHECK(
      errors_of(with_variable("TASKGATE_TMUX_MATCH", "a-*\nb-*")) ==
      Lines{"TASKGATE_TMUX_MATCH: 'a-*\\x0ab-*' has a control character; use one or more patterns "
            "of session names, with *, ? and [...]"});
  const char* classes = "- name: a\n  floor: 1\n  match: {header: {name: X-Source, pattern: b}}\n";
  CHECK(loaded(with_variable("TASKGATE_CLASSES", classes)).config.classes.size() == 1);
  const Lines errors = errors_of(with_variable(
      "TASKGATE_CLASSES", R"([{name: a, match: {header: {name: X-Source, pattern: "b\n"}}}])"));
  REQUIRE(errors.size() == 1);
  CHECK(errors[0].find("classes[0].match.header.pattern: 'b\\x0a' has a control character") !=
        std::string::npos);
}

TEST_CASE("a flag's value with a control character is refused") {
  World world;
  world.flags = {"--tmux-match", "a\n"};
  CHECK(errors_of(world) ==
        Lines{"--tmux-match: 'a\\x0a' has a control character; use one or more patterns of session "
              "names, with *, ? and [...]"});
}

TEST_CASE("a list in a variable stands between commas") {
  CHECK(loaded(with_variable("TASKGATE_TMUX_MATCH", "a-*, b-*")).config.tmux.match ==
        Lines{"a-*", "b-*"});
  CHECK(loaded(with_variable("TASKGATE_TMUX_SOCKET", "/run/a")).config.tmux.socket ==
        Lines{"/run/a"});
  CHECK(errors_of(with_variable("TASKGATE_TMUX_MATCH", "a,,b")) ==
        Lines{"TASKGATE_TMUX_MATCH: '' is empty; use one or more patterns of session names, with "
              "*, ? and [...]"});
}

TEST_CASE("a wrong variable is named with what is allowed") {
  CHECK(errors_of(with_variable("TASKGATE_LIMIT", "all")) ==
        Lines{"TASKGATE_LIMIT: 'all' is not a whole number; use a whole number from 0 to 100000"});
  CHECK(errors_of(with_variable("TASKGATE_LIMIT", "")) ==
        Lines{"TASKGATE_LIMIT: '' is not a whole number; use a whole number from 0 to 100000"});
  CHECK(errors_of(with_variable("KC_MAX_TASKS", "-1")) ==
        Lines{"KC_MAX_TASKS: '-1' is not a whole number; use a whole number from 0 to 100000"});
}

TEST_CASE("the upstream's own variable sets the limit, unless ours does") {
  World world = with_variable("KC_MAX_TASKS", "7");
  CHECK(loaded(world).config.limit == 7);
  CHECK(loaded(world).config.limit_is_upstreams);
  world.variables["TASKGATE_LIMIT"] = "3";
  CHECK(loaded(world).config.limit == 3);
  CHECK_FALSE(loaded(world).config.limit_is_upstreams);
  world.variables["KC_MAX_TASKS"] = "not even a number";
  CHECK(loaded(world).config.limit == 3);
}

TEST_CASE("a limit that a flag or nobody sets does not come from the upstream's variable") {
  World world = with_variable("KC_MAX_TASKS", "7");
  world.flags = {"--limit=9"};
  CHECK_FALSE(loaded(world).config.limit_is_upstreams);
  CHECK_FALSE(loaded(World()).config.limit_is_upstreams);
}

TEST_CASE("an unknown variable of ours is an error") {
  World world;
  world.variables = {{"TASKGATE_LIMT", "1"},     {"TASKGATE_TMUX_ONUNKNOWN", "admit"},
                     {"TASKGATE_QQQQQQQQ", "1"}, {"TASKGATE_", "1"},
                     {"TASKGATED", "1"},         {"XTASKGATE_LIMIT", "1"},
                     {"HOME", "/root"}};
  CHECK(errors_of(world) ==
        Lines{"TASKGATE_: unknown variable; use TASKGATE_ and a key's path in upper snake case",
              "TASKGATE_LIMT: unknown variable; did you mean TASKGATE_LIMIT?",
              "TASKGATE_QQQQQQQQ: unknown variable; use TASKGATE_ and a key's path in upper snake "
              "case",
              "TASKGATE_TMUX_ONUNKNOWN: unknown variable; did you mean TASKGATE_TMUX_ON_UNKNOWN?"});
}

TEST_CASE("the variables that Kubernetes makes for a Service named taskgate are not ours") {
  World world;
  world.variables = {{"TASKGATE_SERVICE_HOST", "10.0.0.1"},
                     {"TASKGATE_SERVICE_PORT", "6090"},
                     {"TASKGATE_SERVICE_PORT_HTTP", "6090"},
                     {"TASKGATE_SERVICE_PORT_METRICS_2", "9464"},
                     {"TASKGATE_PORT", "tcp://10.0.0.1:6090"},
                     {"TASKGATE_PORT_6090_TCP", "tcp://10.0.0.1:6090"},
                     {"TASKGATE_PORT_6090_TCP_PROTO", "tcp"},
                     {"TASKGATE_PORT_6090_TCP_PORT", "6090"},
                     {"TASKGATE_PORT_6090_TCP_ADDR", "10.0.0.1"},
                     {"TASKGATE_PORT_53_UDP", "udp://10.0.0.1:53"},
                     {"TASKGATE_PORT_53_UDP_PROTO", "udp"},
                     {"TASKGATE_PORT_99_SCTP_ADDR", "10.0.0.1"},
                     {"TASKGATE_ADMIN_SERVICE_HOST", "10.0.0.2"},
                     {"TASKGATE_ADMIN_SERVICE_PORT", "9464"},
                     {"TASKGATE_ADMIN_SERVICE_PORT_HTTP", "9464"},
                     {"TASKGATE_ADMIN_PORT", "tcp://10.0.0.2:9464"},
                     {"TASKGATE_ADMIN_PORT_9464_TCP", "tcp://10.0.0.2:9464"},
                     {"TASKGATE_TEAM_1_PORT_9464_TCP_ADDR", "10.0.0.2"}};
  CHECK(errors_of(world).empty());
  CHECK(loaded(world).warnings.empty());
  for (const auto& [name, value] : world.variables) {
    CAPTURE(name);
    CHECK(is_made_by_kubernetes(name, value));
  }
}

TEST_CASE("what only looks like a variable of Kubernetes is checked") {
  const char* names[] = {
      "TASKGATE_SERVICE",        "TASKGATE_SERVICE_HOSTS", "TASKGATE_SERVICE_PORTS",
      "TASKGATE_PORTS",          "TASKGATE_PORT_6090",     "TASKGATE_PORT_6090_HTTP",
      "TASKGATE_ADMINPORT",      "TASKGATE_LIMIT_TCPS",    "TASKGATE_PORT_6090_TCP_HOST",
      "KUBERNETES_SERVICE_HOST",
  };
  for (const char* name : names) {
    CAPTURE(name);
    CHECK_FALSE(is_made_by_kubernetes(name, "tcp://10.0.0.1:6090"));
  }
}

// Somebody who writes TASKGATE_ADMIN_PORT means `admin`; Kubernetes gives a URL there.
TEST_CASE("a port number is not mistaken for a Service's variable") {
  CHECK(errors_of(with_variable("TASKGATE_ADMIN_PORT", "9464")) ==
        Lines{"TASKGATE_ADMIN_PORT: unknown variable; use TASKGATE_ and a key's path in upper "
              "snake case"});
}

TEST_CASE("a listed variable that is gone is no error") {
  World world;
  Sources sources = world.sources();
  sources.variable_names.push_back("TASKGATE_LIMT");
  CHECK(load(sources).has_value());
}

}  // namespace
}  // namespace taskgate::config
