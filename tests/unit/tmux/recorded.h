// The recorded answers of real servers (tests/data/tmux-answers).
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "support/catch.h"

namespace taskgate::tmux::testing {

struct Recorded {
  std::string name;  // "3.3a-3-sessions"
  std::string bytes;
};

inline std::string read_answer(const std::string& file_name) {
  std::ifstream file(std::string(TASKGATE_TEST_DATA "/tmux-answers/") + file_name,
                     std::ios::binary);
  REQUIRE(file);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline std::vector<Recorded> all_recorded() {
  std::vector<Recorded> all;
  for (const auto& entry :
       std::filesystem::directory_iterator(TASKGATE_TEST_DATA "/tmux-answers")) {
    const auto& path = entry.path();
    if (path.extension() != ".bin" || path.stem() == "request") continue;
    all.push_back({path.stem(), read_answer(path.filename())});
  }
  REQUIRE(all.size() >= 57);
  return all;
}

}  // namespace taskgate::tmux::testing
