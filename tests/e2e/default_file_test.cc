// The configuration file that nobody named: /etc/taskgate/config.yaml, a mounted ConfigMap.
#include <filesystem>

#include "e2e/gated_world.h"
#include "support/catch.h"
#include "support/temp_dir.h"

namespace taskgate::test {
namespace {

struct DefaultFileWorld {
  explicit DefaultFileWorld(const Gate::Settings& settings = {})
      : world(
            settings, {}, {},
            {"env", "LD_PRELOAD=" DEFAULT_FILE_LIBRARY, "DEFAULT_FILE=" + (dir / "config.yaml")}) {}

  void write(const std::string& yaml) const {
    std::filesystem::rename(dir.write("next.yaml", yaml), dir / "config.yaml");
  }
  void wait_for_limit(int limit) const {
    eventually("the limit is in force",
               [&] { return world.metric("taskgate_sessions_limit") == limit; });
  }
  HttpAnswer status() const { return world.gate->admin("/status"); }

  TempDir dir;
  GatedWorld world;
};

// The chart's ConfigMap is optional. One that came later was never read.
TEST_CASE("a default file that comes after the start is taken up; its end is said, and it stays") {
  DefaultFileWorld d;
  CHECK(d.world.metric("taskgate_sessions_limit") == 12);
  d.write("limit: 3\n");
  d.wait_for_limit(3);
  std::filesystem::remove(d.dir / "config.yaml");
  d.world.gate->process().wait_for_line(
      R"("event":"config_reload_failed","detail":"/etc/taskgate/config.yaml: is gone)");
  CHECK(d.world.metric("taskgate_sessions_limit") == 3);
  CHECK(d.world.metric("taskgate_config_last_reload_success") == 0);
  CHECK(says(d.status(), "/etc/taskgate/config.yaml: is gone"));
  d.write("limit: 4\n");
  d.wait_for_limit(4);
  CHECK(d.world.metric("taskgate_config_last_reload_success") == 1);
}

}  // namespace
}  // namespace taskgate::test
