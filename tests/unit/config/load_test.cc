#include "config/load.h"

#include <cerrno>
#include <string>
#include <vector>

#include "config/keys.h"
#include "config/values.h"
#include "support/catch.h"
#include "unit/config/world.h"

namespace taskgate::config {
namespace {

using test::errors_of;
using test::loaded;
using test::with_file;
using test::World;
using Lines = std::vector<std::string>;

TEST_CASE("a flag wins over a variable, a variable over the file, the file over the default") {
  World world;
  CHECK(loaded(world).config.limit == 12);
  world = with_file("limit: 1\n");
  CHECK(loaded(world).config.limit == 1);
  world.variables["TASKGATE_LIMIT"] = "2";
  CHECK(loaded(world).config.limit == 2);
  world.flags.push_back("--limit=3");
  CHECK(loaded(world).config.limit == 3);
}

TEST_CASE("a key of the file that something stronger shadows is warned about") {
  World world = with_file("tmux:\n  hold: 1s\n  timeout: 1s\nlimit: 1\n");
  CHECK(loaded(world).warnings.empty());
  world.variables = {{"TASKGATE_TMUX_HOLD", "2s"}, {"KC_MAX_TASKS", "5"}};
  world.flags.push_back("--tmux-timeout=3s");
  CHECK(loaded(world).warnings ==
        Lines{"config.yaml:4:8: limit: has no effect, since KC_MAX_TASKS is set",
              "config.yaml:2:9: tmux.hold: has no effect, since TASKGATE_TMUX_HOLD is set",
              "config.yaml:3:12: tmux.timeout: has no effect, since --tmux-timeout is set"});
}

TEST_CASE("a shadowed key is warned about once") {
  World world = with_file("limit: 1\n");
  world.variables["TASKGATE_LIMIT"] = "2";
  world.flags.push_back("--limit=3");
  CHECK(loaded(world).warnings ==
        Lines{"config.yaml:1:8: limit: has no effect, since TASKGATE_LIMIT is set"});
}

TEST_CASE("own routes that something stronger shadows are warned about") {
  World world = with_file("routes:\n  use: none\n  rules: [{name: a, path: /a}]\n");
  world.variables["TASKGATE_ROUTES"] = "kube-coder";
  const Loaded result = loaded(world);
  CHECK(result.config.routes == route::kube_coder());
  CHECK(result.warnings ==
        Lines{"config.yaml:2:3: routes: has no effect, since TASKGATE_ROUTES is set"});
}

TEST_CASE("a shadowed value must be right all the same") {
  World world = with_file("limit: x\n");
  world.variables["TASKGATE_LIMIT"] = "y";
  world.flags.push_back("--limit=3");
  CHECK(errors_of(world) ==
        Lines{"config.yaml:1:8: limit: 'x' is not a whole number; use a whole number from 0 to "
              "100000",
              "TASKGATE_LIMIT: 'y' is not a whole number; use a whole number from 0 to 100000"});
}

TEST_CASE("errors of all sources are told at once") {
  World world = with_file("limit: x\n");
  world.variables["TASKGATE_LIMT"] = "1";
  world.flags.push_back("--hold");
  CHECK(errors_of(world).size() == 3);
}

TEST_CASE("the default file is read if it exists") {
  World world;
  world.files[std::string(kDefaultFile)] = "limit: 5\n";
  const Config config = loaded(world).config;
  CHECK(config.limit == 5);
  CHECK(config.file == "/etc/taskgate/config.yaml");
  CHECK(loaded(World()).config.file.empty());
}

World with_default_file(const std::string& text) {
  World world;
  world.files[std::string(kDefaultFile)] = text;
  return world;
}

// A pod's ConfigMap that was faulty kept the gate from its start, and with it the whole workspace.
TEST_CASE("a default file that is faulty leaves the gate unconfigured, with the file's faults") {
  const Loaded result = loaded(with_default_file("limit: many\nlimt: 3\n"));
  CHECK_FALSE(result.config.configured);
  CHECK(result.config.file == kDefaultFile);
  CHECK(result.faults ==
        Lines{"/etc/taskgate/config.yaml:1:8: limit: 'many' is not a whole number; use a whole "
              "number from 0 to 100000",
              "/etc/taskgate/config.yaml:2:1: limt: unknown key; did you mean limit?"});
  const Loaded sound = loaded(with_default_file("limit: 3\n"));
  CHECK(sound.config.configured);
  CHECK(sound.faults.empty());
}

TEST_CASE("a default file that cannot be read leaves the gate unconfigured too") {
  for (const int error : {EACCES, EISDIR, EIO, ELOOP}) {
    World world;
    world.unreadable[std::string(kDefaultFile)] = error;
    const Loaded result = loaded(world);
    CHECK_FALSE(result.config.configured);
    REQUIRE(result.faults.size() == 1);
    CHECK(result.faults[0].starts_with("/etc/taskgate/config.yaml: cannot be read: "));
  }
}

TEST_CASE("a named file's faults are errors, but not to who only asks the running gate") {
  World world = with_file("admin: 127.0.0.1:7\nlimt: 5\n");
  const Lines faults{"config.yaml:2:1: limt: unknown key; did you mean limit?"};
  CHECK(errors_of(world) == faults);
  world.use = Use::reading;
  CHECK(errors_of(world) == faults);
  world.use = Use::asking;
  CHECK(loaded(world).config.admin.port == 7);
  CHECK(loaded(world).faults == faults);
  world.files.clear();
  CHECK(loaded(world).faults ==
        Lines{"--config: config.yaml: cannot be read: No such file or directory"});
  world.flags.push_back("--limit=many");
  CHECK(errors_of(world).size() == 2);
}

TEST_CASE("what else a faulty default file says holds, and what variables and flags say") {
  World world = with_default_file(
      "upstream: 127.0.0.1:8000\nlimit: many\nlog: {level: debug}\n"
      "routes: {use: none, rules: [{name: job, path: /v1/jobs}]}\n");
  world.variables["TASKGATE_LISTEN"] = "127.0.0.1:1";
  world.flags = {"--admin=127.0.0.1:2"};
  const Config config = loaded(world).config;
  CHECK(config.upstream.port == 8000);
  CHECK(config.listen.port == 1);
  CHECK(config.admin.port == 2);
  CHECK(config.log.level == log::Level::debug);
  CHECK(config.routes.rules().size() == 1);
  CHECK(config.limit == 12);
  CHECK(config.tmux.socket == Lines{"/tmp/tmux-1000/default"});
}

TEST_CASE("of a default file that is no YAML nothing holds") {
  World world = with_default_file("upstream: 127.0.0.1:8000\nlimit: [");
  world.variables["TASKGATE_LISTEN"] = "127.0.0.1:1";
  const Config config = loaded(world).config;
  CHECK_FALSE(config.configured);
  CHECK(config.upstream == Config().upstream);
  CHECK(config.listen.port == 1);
}

TEST_CASE("keys of a faulty default file that are impossible together are not taken") {
  struct Row {
    std::string text;
    std::string faulty;
  };
  const Row rows[] = {
      {"upstream: 127.0.0.1:8000\nadmin: :7\nlisten: :7\n", "admin"},
      {"upstream: 127.0.0.1:8000\nlisten: :8000\n", "upstream"},
      {"drain: {notice: 1m}\n", "drain.notice"},
      {"admission: {body_limit: 2MiB, body_total: 1MiB}\n", "admission.body_limit"},
      // Each wrong key goes back to a default that stands in the way of the other.
      {"listen: nowhere\nadmin: :6090\n", "listen"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    World world = with_default_file(row.text);
    const Loaded result = loaded(world);
    CHECK_FALSE(result.config.configured);
    CHECK(result.faults.size() == 1);
    CHECK_FALSE(clash(result.config.listen, result.config.admin));
    CHECK_FALSE(reaches(result.config.upstream, result.config.listen));
    CHECK(result.config.drain.notice <= result.config.drain.timeout);
    CHECK(result.config.admission.body_limit <= result.config.admission.body_total);
    const Key& key = *find_key(row.faulty);
    CHECK(key.get(result.config) == key.get(Config()));
  }
}

TEST_CASE("a fault of a variable or a flag is an error, beside a faulty default file too") {
  World world = with_default_file("limit: many\n");
  world.variables["TASKGATE_LIMT"] = "1";
  CHECK(errors_of(world).size() == 2);
  world.variables.clear();
  world.flags = {"--limt=1"};
  CHECK(errors_of(world).size() == 2);
  world.flags = {"--admin=127.0.0.1:1", "--listen=127.0.0.1:1"};
  CHECK(errors_of(world).size() == 2);
}

TEST_CASE("a file that was named is an error when it is faulty, the default path too") {
  World world = with_default_file("limit: many\n");
  world.flags = {"--config=" + std::string(kDefaultFile)};
  CHECK(errors_of(world).size() == 1);
  world.flags.clear();
  world.variables["TASKGATE_CONFIG"] = std::string(kDefaultFile);
  CHECK(errors_of(world).size() == 1);
}

TEST_CASE("the flag that names the file wins over the variable") {
  World world;
  world.files = {{"/a.yaml", "limit: 1\n"}, {"/b.yaml", "limit: 2\n"}};
  world.variables["TASKGATE_CONFIG"] = "/a.yaml";
  CHECK(loaded(world).config.limit == 1);
  CHECK(loaded(world).config.file == "/a.yaml");
  world.flags = {"--config=/b.yaml"};
  CHECK(loaded(world).config.limit == 2);
}

TEST_CASE("a file that was named must be there") {
  World world;
  world.variables["TASKGATE_CONFIG"] = "/a.yaml";
  CHECK(errors_of(world) ==
        Lines{"TASKGATE_CONFIG: /a.yaml: cannot be read: No such file or directory"});
  world.flags = {"--config=/b.yaml"};
  world.unreadable["/b.yaml"] = EISDIR;
  CHECK(errors_of(world) == Lines{"--config: /b.yaml: cannot be read: Is a directory"});
  // "No data available", as when kubectl has found nothing.
  world.unreadable["/b.yaml"] = ENODATA;
  CHECK(errors_of(world) == Lines{"--config: /b.yaml: is a pipe out of which nothing, or no end, "
                                  "came; check what writes into it"});
  world.flags.clear();
  world.variables["TASKGATE_CONFIG"] = "";
  CHECK(errors_of(world) == Lines{"TASKGATE_CONFIG: is empty; name a file, or leave it out"});
}

TEST_CASE("the default socket is tmux's own") {
  World world;
  world.uid = 4711;
  CHECK(loaded(world).config.tmux.socket == Lines{"/tmp/tmux-4711/default"});
  world.variables["TMUX_TMPDIR"] = "/run/shared";
  CHECK(loaded(world).config.tmux.socket == Lines{"/run/shared/tmux-4711/default"});
  world.variables["TMUX_TMPDIR"] = "";
  CHECK(loaded(world).config.tmux.socket == Lines{"/tmp/tmux-4711/default"});
}

TEST_CASE("TMUX_TMPDIR has no effect beside a socket") {
  World world;
  world.variables = {{"TMUX_TMPDIR", "relative"}, {"TASKGATE_TMUX_SOCKET", "/run/s"}};
  CHECK(loaded(world).config.tmux.socket == Lines{"/run/s"});
}

TEST_CASE("a TMUX_TMPDIR that makes no usable socket is an error") {
  World world;
  world.variables["TMUX_TMPDIR"] = "relative";
  CHECK(errors_of(world) ==
        Lines{"TMUX_TMPDIR: 'relative/tmux-1000/default' is not an absolute path; use one or more "
              "absolute paths of sockets or of folders of sockets"});
}

}  // namespace
}  // namespace taskgate::config
