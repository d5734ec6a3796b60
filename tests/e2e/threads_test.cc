// Where threads meet: the admin server asks the loop while the loop is busy. Run under the thread
// sanitizer as well.
#include <csignal>
#include <fstream>
#include <thread>

#include "e2e/gated_world.h"
#include "support/catch.h"

using namespace taskgate::test;

TEST_CASE("scrapes, pages and reloads beside a storm are answered, and the gate ends in order") {
  TempDir dir;
  const std::string file = dir.write("config.yaml", "limit: 3\n");
  GatedWorld world({}, {}, {"--config", file});
  world.tmux.start();
  std::thread storm([&] {
    run_storm(world.gate->port(), {"--path", kTerminal, "--count", "300", "--connections", "8"});
  });
  for (int i = 0; i < 20; ++i) {
    std::ofstream(file) << "limit: " << 3 + i % 2 << "\n";
    world.gate->process().signal(SIGHUP);
    for (const std::string path : {"/metrics", "/status", "/readyz", "/config", "/"}) {
      CHECK(world.gate->admin(path).status == 200);
    }
  }
  storm.join();
  CHECK(world.tmux.count() <= 4);
  world.gate->process().signal(SIGTERM);
  CHECK(world.gate->process().wait() == 0);
  CHECK(world.gate->process().error_output() == "");
}
