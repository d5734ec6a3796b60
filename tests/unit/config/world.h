// An outside for load() that is made of plain values.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "config/load.h"

namespace taskgate::test {

struct World {
  std::vector<std::string> flags;
  std::map<std::string, std::string, std::less<>> variables;
  std::map<std::string, std::string> files;
  std::map<std::string, int> unreadable;  // path and errno
  unsigned uid = 1000;
  config::Use use = config::Use::serving;

  config::Sources sources() const;
};

// What load() says about the world; a failed check when it is errors.
config::Loaded loaded(const World& world);
// The error lines; empty when there are none.
std::vector<std::string> errors_of(const World& world);

// A world with one file "config.yaml" that --config names.
World with_file(const std::string& text);
config::Config config_of(const std::string& text);
std::vector<std::string> file_errors(const std::string& text);

}  // namespace taskgate::test
