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

}  // namespace
}  // namespace taskgate::config
