// The configuration file that nobody named: /etc/taskgate/config.yaml, a mounted ConfigMap.
#include <filesystem>
#include <optional>

#include "e2e/gated_world.h"
#include "support/catch.h"
#include "support/run.h"
#include "support/temp_dir.h"

namespace taskgate::test {
namespace {

struct DefaultFileWorld {
  // Without `yaml` there is no file at the start.
  explicit DefaultFileWorld(const std::optional<std::string>& yaml = std::nullopt)
      : file(yaml ? dir.write("config.yaml", *yaml) : dir / "config.yaml"),
        world({}, {}, {}, {"env", "LD_PRELOAD=" DEFAULT_FILE_LIBRARY, "DEFAULT_FILE=" + file}) {}

  void write(const std::string& yaml) const {
    std::filesystem::rename(dir.write("next.yaml", yaml), file);
  }
  void wait_for_limit(int limit) const {
    eventually("the limit is in force",
               [&] { return world.metric("taskgate_sessions_limit") == limit; });
  }
  HttpAnswer status() const { return world.gate->admin("/status"); }

  void check_unconfigured() const {
    const HttpAnswer refused = world.create();
    CHECK(refused.status == 503);
    CHECK(says(refused, R"("reason":"unconfigured")"));
    CHECK(world.ask("GET", "/livez").status == 200);
    CHECK(world.gate->is_ready());
    CHECK(world.metric("taskgate_config_last_reload_success") == 0);
    CHECK(world.metric("taskgate_config_generation") == 0);
    CHECK(says(status(), R"("configured":false)"));
  }

  TempDir dir;
  std::string file;
  GatedWorld world;
};

// The chart's ConfigMap is optional. One that came later was never read.
TEST_CASE("a default file that comes after the start is taken up; its end is said, and it stays") {
  DefaultFileWorld d;
  CHECK(d.world.metric("taskgate_sessions_limit") == 12);
  d.write("limit: 3\n");
  d.wait_for_limit(3);
  std::filesystem::remove(d.file);
  d.world.gate->process().wait_for_line(
      R"("event":"config_reload_failed","detail":"/etc/taskgate/config.yaml: is gone)");
  CHECK(d.world.metric("taskgate_sessions_limit") == 3);
  CHECK(d.world.metric("taskgate_config_last_reload_success") == 0);
  CHECK(says(d.status(), "/etc/taskgate/config.yaml: is gone"));
  d.write("limit: 4\n");
  d.wait_for_limit(4);
  CHECK(d.world.metric("taskgate_config_last_reload_success") == 1);
}

TEST_CASE("a faulty default file costs the creates only, until a good one comes") {
  DefaultFileWorld d("limit: many\n");
  d.check_unconfigured();
  d.world.gate->process().wait_for_line(
      R"("level":"error","event":"unconfigured","detail":"/etc/taskgate/config.yaml:1:8: limit)");
  CHECK(says(d.status(), "/etc/taskgate/config.yaml:1:8: limit"));
  CHECK(says(d.world.gate->admin("/"), "The configuration is faulty"));
  d.write("limit: [\n");
  d.world.gate->process().wait_for_line(R"("event":"config_reload_failed")");
  d.check_unconfigured();
  std::filesystem::remove(d.file);
  d.world.gate->process().wait_for_line(R"(is gone; creates stay refused)");
  d.check_unconfigured();
  d.write("limit: 1\n");
  d.wait_for_limit(1);
  CHECK(d.world.create().status == 201);
  CHECK(d.world.create().status == 429);
  CHECK(d.world.metric("taskgate_config_generation") == 1);
  d.write("limit: [\n");  // from now on there is a last good one
  eventually("it is refused",
             [&] { return d.world.metric("taskgate_config_last_reload_success") == 0; });
  CHECK(d.world.create().status == 429);
}

TEST_CASE("a folder in the default file's place is a fault like any other") {
  const TempDir dir;
  GatedWorld world(
      {}, {}, {},
      {"env", "LD_PRELOAD=" DEFAULT_FILE_LIBRARY, "DEFAULT_FILE=" + dir.path().string()});
  world.gate->process().wait_for_line(
      R"("event":"unconfigured","detail":"/etc/taskgate/config.yaml: cannot be read: Is a dir)");
  CHECK(world.create().status == 503);
}

TEST_CASE("check says what is wrong with the default file, and the other commands go on with it") {
  const TempDir dir;
  const std::string file = dir.write("config.yaml", "limit: many\nadmin: 127.0.0.1:1\n");
  const auto command = [&](const std::string& word) {
    return run({gate_binary(), word}, clean_environment_with({{"LD_PRELOAD", DEFAULT_FILE_LIBRARY},
                                                              {"DEFAULT_FILE", file}}));
  };
  const std::string fault = "/etc/taskgate/config.yaml:1:8: limit: 'many' is not a whole number";
  const RunResult checked = command("check");
  CHECK(checked.status == 64);
  CHECK(checked.err.starts_with(fault));
  CHECK(checked.out.empty());
  const RunResult status = command("status");
  CHECK(status.status == 1);
  CHECK(status.err.starts_with(fault));
  CHECK(status.err.find("http://127.0.0.1:1/status") != std::string::npos);
}

}  // namespace
}  // namespace taskgate::test
