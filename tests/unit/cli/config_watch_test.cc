#include "cli/config_watch.h"

#include <filesystem>
#include <fstream>

#include "support/catch.h"
#include "support/deadline.h"
#include "support/temp_dir.h"

using namespace taskgate;
using namespace taskgate::cli;

namespace {

struct Fixture {
  Fixture() { watch.start(); }

  void write(const std::string& text) const { std::ofstream(path) << text; }
  // Until the watch has looked once: its timer is all that the loop has.
  void look() { loop.run_one_for(test::kPatience); }

  test::TempDir dir;
  std::string path = dir.write("config.yaml", "limit: 1\n");
  asio::io_context loop{1};
  int changes = 0;
  ConfigWatch watch{loop, path, [this] { ++changes; }};
};

}  // namespace

TEST_CASE("a change is told once, when the file is at rest") {
  Fixture f;
  f.look();
  CHECK(f.changes == 0);
  f.write("limit: 22\n");
  f.look();
  CHECK(f.changes == 0);
  f.look();
  CHECK(f.changes == 1);
  f.look();
  CHECK(f.changes == 1);
}

// A writer truncates the file and fills it a moment later. Taken in between, the empty file was a
// valid configuration: all defaults.
TEST_CASE("a file that is empty or gone while it is written is not taken") {
  Fixture f;
  f.write("");
  f.look();
  f.write("limit: 333\n");
  f.look();
  CHECK(f.changes == 0);
  std::filesystem::remove(f.path);
  f.look();
  f.look();
  CHECK(f.changes == 0);
  f.write("limit: 4444\n");
  f.look();
  f.look();
  CHECK(f.changes == 1);
}

TEST_CASE("a link on the way to the file that is swapped is a change") {
  test::TempDir dir;
  dir.write("v1/config.yaml", "limit: 1\n");
  dir.write("v2/config.yaml", "limit: 2\n");
  std::filesystem::create_directory_symlink("v1", dir / "..data");
  asio::io_context loop{1};
  int changes = 0;
  ConfigWatch watch(loop, dir / "..data/config.yaml", [&] { ++changes; });
  watch.start();
  std::filesystem::create_directory_symlink("v2", dir / "..data_tmp");
  std::filesystem::rename(dir / "..data_tmp", dir / "..data");
  for (int look = 0; look < 3; ++look) loop.run_one_for(test::kPatience);
  CHECK(changes == 1);
}
