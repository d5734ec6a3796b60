#include "tmux/socket_file.h"

#include <filesystem>
#include <fstream>

#include "support/catch.h"
#include "temporary_folder.h"

namespace taskgate::tmux {
namespace {

namespace fs = std::filesystem;
using testing::TemporaryFolder;

TEST_CASE("a user's own folder is named before others, else the first by name") {
  TemporaryFolder folder;
  fs::create_directories(folder / "tmux-1001");
  fs::create_directories(folder / "tmux-1000");
  CHECK(users_folder_in(folder.path(), 4711) == folder / "tmux-1000");
  CHECK(users_folder_in(folder / "", 4711) == folder / "tmux-1000");
  fs::create_directories(folder / "tmux-4711");
  CHECK(users_folder_in(folder.path(), 4711) == folder / "tmux-4711");
  CHECK(users_folder_in(folder / "", 4711) == folder / "tmux-4711");
}

TEST_CASE("what only looks like a user's folder is none") {
  TemporaryFolder folder;
  CHECK_FALSE(users_folder_in(folder.path(), 1000));
  std::ofstream(folder / "tmux-1000") << "x";
  for (const char* name : {"tmux-", "tmux-1000x", "tmux--1", "xtmux-1000", "other"}) {
    fs::create_directories(folder / name);
  }
  CHECK_FALSE(users_folder_in(folder.path(), 1000));
  CHECK_FALSE(users_folder_in(folder / "missing", 1000));
}

}  // namespace
}  // namespace taskgate::tmux
