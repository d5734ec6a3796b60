// The whole product with a configuration file that a test changes.
#pragma once

#include <csignal>
#include <filesystem>
#include <string>

#include "e2e/gated_world.h"
#include "support/temp_dir.h"

namespace taskgate::test {

struct ConfiguredWorld {
  explicit ConfiguredWorld(const std::string& yaml)
      : file(dir.write("config.yaml", yaml)), world({}, {}, {"--config", file}) {}

  // As a whole: the watch on the file never sees a part.
  void rewrite(const std::string& yaml) const {
    std::filesystem::rename(dir.write("next.yaml", yaml), file);
  }
  // Returns when the new configuration is in force.
  void reload(const std::string& yaml) const {
    const double before = world.metric("taskgate_config_generation");
    rewrite(yaml);
    world.gate->process().signal(SIGHUP);
    // The watch on the file may be first, and the signal then makes one more.
    eventually("the configuration is reloaded",
               [&] { return world.metric("taskgate_config_generation") > before; });
  }

  TempDir dir;
  std::string file;
  GatedWorld world;
};

}  // namespace taskgate::test
