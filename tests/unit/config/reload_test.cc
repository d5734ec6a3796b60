#include "config/reload.h"

#include <string>
#include <vector>

#include "config/keys.h"
#include "support/catch.h"
#include "unit/config/world.h"

namespace taskgate::config {
namespace {

using Lines = std::vector<std::string>;

TEST_CASE("a reload changes everything but the listeners") {
  Lines fixed;
  for (const Key& key : keys()) {
    if (!key.reloadable) fixed.push_back(key.path);
  }
  CHECK(fixed == Lines{"listen", "admin"});
}

TEST_CASE("only changes that need a restart are named") {
  const Config before = test::loaded({}).config;
  CHECK(restart_only_changes(before, before).empty());
  Config after = before;
  after.limit = 3;
  after.upstream.port = 1;
  after.tmux.match = {"x"};
  CHECK(restart_only_changes(before, after).empty());
  after.admin.port = 1;
  CHECK(restart_only_changes(before, after) == Lines{"admin"});
  after.listen.host = "127.0.0.1";
  CHECK(restart_only_changes(before, after) == Lines{"listen", "admin"});
}

TEST_CASE("what was loaded replaces the configuration in use, but for its listeners") {
  Loaded loaded = test::loaded({});
  const Config running = loaded.config;
  loaded.config.limit = 3;
  loaded.config.listen.port = 1;
  loaded.config.admin.port = 2;
  const auto next = successor_of(running, loaded);
  REQUIRE(next.has_value());
  CHECK(next->limit == 3);
  CHECK(next->listen.port == running.listen.port);
  CHECK(next->admin.port == running.admin.port);
}

// The upstream and a listener change places in the file: each request would have led to the next.
TEST_CASE("an upstream that is a listener as it is until the restart is an error") {
  Loaded loaded = test::loaded(test::with_file("upstream: 127.0.0.1:6090\nlisten: :6080\n"));
  const Config running = test::loaded({}).config;
  CHECK(successor_of(running, loaded).error().lines ==
        Lines{"config.yaml:1:11: upstream: is the gate itself, by listen as it is until a restart "
              "([::]:6090)"});
  loaded.config.upstream.port = 9464;
  loaded.config.admin.port = 6090;
  CHECK(successor_of(running, loaded).error().lines ==
        Lines{"config.yaml:1:11: upstream: is the gate itself, by admin as it is until a restart "
              "([::]:9464)"});
}

TEST_CASE("a faulty file, and the end of a file, leave the configuration in use") {
  Loaded loaded = test::loaded({});
  Config running = loaded.config;
  running.file = "config.yaml";
  CHECK(successor_of(running, loaded).error().lines ==
        Lines{"config.yaml: is gone; what it said last stays in use"});
  running.configured = false;
  CHECK(successor_of(running, loaded).error().lines ==
        Lines{"config.yaml: is gone; creates stay refused until it is back"});
  loaded.config.configured = false;
  loaded.faults = {"config.yaml:1:1: limit: is no number"};
  CHECK(successor_of(running, loaded).error().lines == loaded.faults);
}

}  // namespace
}  // namespace taskgate::config
