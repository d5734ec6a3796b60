// The recorded answers of real servers (tests/data/tmux-answers).
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "support/catch.h"
#include "tmux/listing.h"

namespace taskgate::tmux::testing {

struct Recorded {
  std::string name;  // "3.3a-3-sessions"
  Question question;
  std::string bytes;
};

inline std::string read_answer(const std::string& file_name) {
  std::ifstream file(std::string(TASKGATE_TEST_DATA "/tmux-answers/") + file_name,
                     std::ios::binary);
  REQUIRE(file);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline std::vector<Recorded> recorded_in(const std::string& folder, Question question) {
  std::vector<Recorded> all;
  for (const auto& entry :
       std::filesystem::directory_iterator(TASKGATE_TEST_DATA "/tmux-answers/" + folder)) {
    const auto& path = entry.path();
    if (path.extension() != ".bin" || path.stem() == "request") continue;
    all.push_back({path.stem(), question, read_answer(folder + path.filename().native())});
  }
  return all;
}

inline std::vector<Recorded> all_recorded() {
  auto all = recorded_in("", Question::names);
  REQUIRE(all.size() == 57);
  std::ranges::move(recorded_in("long/", Question::details), std::back_inserter(all));
  REQUIRE(all.size() == 57 + 94);
  return all;
}

}  // namespace taskgate::tmux::testing
