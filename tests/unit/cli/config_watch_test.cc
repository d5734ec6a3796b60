#include "cli/config_watch.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <optional>

#include "support/catch.h"
#include "support/deadline.h"
#include "support/temp_dir.h"

using namespace taskgate;
using namespace taskgate::cli;

namespace {

// Longer than the step of the clock by which the kernel dates files.
constexpr Duration kInterval = std::chrono::milliseconds(20);

struct Fixture {
  Fixture() : Fixture("config.yaml") { write("limit: 1\n"); }
  // Watches a file of that name, which is not there.
  explicit Fixture(const std::string& name) : path(dir / name) {}

  void write(const std::string& text) const { std::ofstream(path) << text; }
  // Until the watch has looked so often: its timer is all that the loop has.
  void look(int times = 1) {
    if (!watch)
      watch
          .emplace(
              loop, path, mark_of(path), [this] { ++changes; }, kInterval)
          .start();
    for (; times > 0; --times) loop.run_one_for(test::kPatience);
  }

  test::TempDir dir;
  std::string path;
  asio::io_context loop{1};
  int changes = 0;
  std::optional<ConfigWatch> watch;
};

}  // namespace

TEST_CASE("a change is told once, when the file is at rest") {
  Fixture f;
  f.look(2);
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
  f.look();
  f.write("");
  f.look();
  f.write("limit: 333\n");
  f.look();
  CHECK(f.changes == 0);
  std::filesystem::remove(f.path);
  f.look();
  f.write("limit: 4444\n");
  f.look();
  CHECK(f.changes == 0);
  f.look();
  CHECK(f.changes == 1);
}

// It was only watched if it was there at the start.
TEST_CASE("a file that comes after the start is told, also where its folder was missing") {
  for (const char* name : {"config.yaml", "later/config.yaml", "a/b/config.yaml"}) {
    Fixture f(name);
    f.look(2);
    CHECK(f.changes == 0);
    std::filesystem::create_directories(std::filesystem::path(f.path).parent_path());
    f.write("limit: 2\n");
    f.look(3);
    CHECK(f.changes == 1);
  }
}

TEST_CASE("the end of the file is told once, and that it is back") {
  Fixture f;
  f.look(2);
  std::filesystem::rename(f.path, f.path + ".kept");
  f.look(3);
  CHECK(f.changes == 1);
  std::filesystem::rename(f.path + ".kept", f.path);
  f.look(3);
  CHECK(f.changes == 2);
}

// Deleted and put back between two looks with the same times, size and place on the disk.
TEST_CASE("a file that is replaced by one with the same times is a change") {
  Fixture f;
  f.look(2);
  const auto time = std::filesystem::last_write_time(f.path);
  f.write("limit: 2\n");
  std::filesystem::last_write_time(f.path, time);
  f.look(2);
  CHECK(f.changes == 1);
}

TEST_CASE("rights to the file that are given later are a change") {
  Fixture f;
  std::filesystem::permissions(f.path, std::filesystem::perms::none);
  f.look(2);
  CHECK(f.changes == 0);
  std::filesystem::permissions(f.path, std::filesystem::perms::owner_read);
  f.look(2);
  CHECK(f.changes == 1);
}

TEST_CASE("a folder in the file's place that gives way to a file is a change") {
  Fixture f("config.yaml");
  std::filesystem::create_directory(f.path);
  f.look(2);
  std::filesystem::remove(f.path);
  f.write("limit: 2\n");
  f.look(2);
  CHECK(f.changes == 1);
}

TEST_CASE("a link on the way to the file that is swapped is a change") {
  test::TempDir dir;
  dir.write("v1/config.yaml", "limit: 1\n");
  dir.write("v2/config.yaml", "limit: 2\n");
  std::filesystem::create_directory_symlink("v1", dir / "..data");
  asio::io_context loop{1};
  int changes = 0;
  const std::string path = dir / "..data/config.yaml";
  ConfigWatch watch(
      loop, path, mark_of(path), [&] { ++changes; }, kInterval);
  watch.start();
  std::filesystem::create_directory_symlink("v2", dir / "..data_tmp");
  std::filesystem::rename(dir / "..data_tmp", dir / "..data");
  for (int look = 0; look < 3; ++look) loop.run_one_for(test::kPatience);
  CHECK(changes == 1);
}

TEST_CASE("a change between the first reading and the start of the watch is told") {
  test::TempDir dir;
  const std::string path = dir / "config.yaml";
  const FileMark read = mark_of(path);
  dir.write("config.yaml", "limit: 1\n");
  asio::io_context loop{1};
  int changes = 0;
  ConfigWatch watch(
      loop, path, read, [&] { ++changes; }, kInterval);
  watch.start();
  for (int look = 0; look < 3; ++look) loop.run_one_for(test::kPatience);
  CHECK(changes == 1);
}

// Its times change while its writer writes, also after the start.
TEST_CASE("a pipe, which can be read only once, has no changes") {
  Fixture f("pipe");
  REQUIRE(::mkfifo(f.path.c_str(), 0600) == 0);
  f.look();
  std::filesystem::last_write_time(f.path, std::filesystem::file_time_type::clock::now());
  f.look(3);
  CHECK(f.changes == 0);
}
