// Reloads, many and under load: nothing is lost, and each limit is obeyed exactly.
#include <algorithm>
#include <filesystem>

#include "e2e/configured_world.h"
#include "support/catch.h"
#include "support/load.h"

namespace taskgate::test {
namespace {

const std::string kProbe = http_request("GET", "/livez");

std::string limit_of(int limit) {
  return "limit: " + std::to_string(limit) + "\n";
}

// What must outlive every reload.
struct LongLived {
  explicit LongLived(const Gate& gate)
      : reads(gate.port(), kProbe), stream(gate.port()), tunnel(gate.port()) {
    begin_stream(stream);
    begin_tunnel(tunnel);
  }
  void check(int events) {
    for (int i = 0; i < events; ++i) stream.read_until("task.created");
    tunnel.send("echo");
    CHECK(tunnel.read_exact(4) == "echo");
    reads.wait_for_answers(20);
    CHECK(reads.stop().all(200));
  }

  Load reads;
  RawClient stream;
  RawClient tunnel;
};

// A burst of creates lets in what is missing to the limit, and not one more.
int burst(const GatedWorld& world, int limit) {
  constexpr int kSize = 20;
  const int live = world.tmux.count();
  const int room = std::max(0, limit - live);
  const StormSummary storm =
      run_storm(world.gate->port(), {"--path", kTerminal, "--count", std::to_string(kSize)});
  CHECK(storm.answered(201) == room);
  CHECK(storm.answered(429) == kSize - room);
  CHECK(world.tmux.count() == live + room);
  return room;
}

TEST_CASE("40 reloads by SIGHUP fail no request, and each limit is obeyed exactly") {
  ConfiguredWorld c("limit: 0\n");
  LongLived others(*c.world.gate);
  int created = 0;
  for (const int limit : {3, 6, 2, 8, 0, 9, 1, 5, 10, 4}) {
    INFO("limit " << limit);
    // A few more on the way, so that a burst never meets the configuration of the last one by luck.
    for (const int passing : {12, 0, 7}) c.reload(limit_of(passing));
    c.reload(limit_of(limit));
    CHECK(c.world.metric("taskgate_sessions_limit") == limit);
    created += burst(c.world, limit);
    // The excess of a lower limit does not drain by itself here: one less, and one more fits.
    while (limit > 0 && c.world.tmux.count() >= limit) {
      c.world.tmux.kill_session(c.world.tmux.list().front());
    }
    created += burst(c.world, limit);
  }
  CHECK(c.world.metric("taskgate_config_generation") >= 41);
  others.check(created);
}

TEST_CASE("a ConfigMap whose ..data link is swapped is reloaded whole, and fails no request") {
  TempDir dir;
  for (const int version : {1, 2, 3}) {
    dir.write("v" + std::to_string(version) + "/config.yaml", limit_of(version % 3 * 2 + 1));
  }
  dir.write("broken/config.yaml", "limit: many\n");
  const auto swap_to = [&](const std::string& version) {
    std::filesystem::create_directory_symlink(version, dir / "..data_tmp");
    std::filesystem::rename(dir / "..data_tmp", dir / "..data");
  };
  swap_to("v3");  // limit 1
  std::filesystem::create_symlink("..data/config.yaml", dir / "config.yaml");
  GatedWorld world({}, {}, {"--config", dir / "config.yaml"});
  LongLived others(*world.gate);
  int created = burst(world, 1);
  const auto check_limit = [&](const std::string& version, int limit) {
    swap_to(version);
    eventually("the limit is the new one",
               [&] { return world.metric("taskgate_sessions_limit") == limit; });
    created += burst(world, limit);
  };
  check_limit("v2", 5);
  check_limit("v1", 3);
  swap_to("broken");
  world.gate->process().wait_for_line(R"("event":"config_reload_failed")");
  CHECK(world.metric("taskgate_sessions_limit") == 3);
  check_limit("v2", 5);
  others.check(created);
}

}  // namespace
}  // namespace taskgate::test
