// The real process as the outside of load().
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <string>

#include "config/load.h"
#include "support/catch.h"

namespace taskgate::config {
namespace {

class Folder {
 public:
  Folder() : path_((std::filesystem::temp_directory_path() / "taskgate-config-XXXXXX").string()) {
    REQUIRE(::mkdtemp(path_.data()) != nullptr);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

TEST_CASE("a real file is read") {
  const Folder folder;
  const std::string path = folder / "config.yaml";
  std::ofstream(path) << "limit: 3\n";
  const auto result = load(process_sources({"--config", path, "--tmux-socket=/run/s"}));
  REQUIRE(result.has_value());
  CHECK(result->config.limit == 3);
  CHECK(result->config.file == path);
}

TEST_CASE("a file that cannot be read says why") {
  const Folder folder;
  const auto read = process_sources({}).read_file;
  CHECK(read(folder / "missing").error() == boost::system::errc::no_such_file_or_directory);
  CHECK(read(folder / "").error() == boost::system::errc::is_a_directory);
}

TEST_CASE("a file that is too large is not read to its end, and says so") {
  const auto result = load(process_sources({"--config", "/dev/zero", "--tmux-socket=/run/s"}));
  REQUIRE(result.has_error());
  CHECK(result.error().lines == std::vector<std::string>{"/dev/zero:1:1: is larger than 128KiB"});
}

// Nothing has come out of it, which was taken for an empty file: all defaults.
TEST_CASE("a FIFO that nobody writes into does not hang the start, and is no configuration") {
  const Folder folder;
  const std::string path = folder / "fifo";
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  CHECK(process_sources({}).read_file(path).error() == boost::system::errc::no_message_available);
}

TEST_CASE("a pipe is read once, when its writer is ready") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const auto read = [path = "/dev/fd/" + std::to_string(ends[0])] {
    return process_sources({}).read_file(path);
  };
  auto text = std::async(std::launch::async, read);
  CHECK(text.wait_for(std::chrono::milliseconds(50)) == std::future_status::timeout);
  REQUIRE(::write(ends[1], "limit: 3\n", 9) == 9);
  ::close(ends[1]);
  CHECK(text.get().value() == "limit: 3\n");
  CHECK(read().error() == boost::system::errc::no_message_available);
  ::close(ends[0]);
}

TEST_CASE("a pipe's writer is not waited for where nobody has the patience") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  REQUIRE(::write(ends[1], "limit: ", 7) == 7);
  const auto text =
      process_sources({}, Patience::none).read_file("/dev/fd/" + std::to_string(ends[0]));
  CHECK(text.error() == boost::system::errc::no_message_available);
  ::close(ends[1]);
  ::close(ends[0]);
}

TEST_CASE("the process's environment and user are seen") {
  REQUIRE(::setenv("TASKGATE_LIMIT", "17", 1) == 0);
  const Sources sources = process_sources({});
  CHECK(sources.variable("TASKGATE_LIMIT") == "17");
  const auto& names = sources.variable_names;
  CHECK(std::find(names.begin(), names.end(), "TASKGATE_LIMIT") != names.end());
  REQUIRE(::unsetenv("TASKGATE_LIMIT") == 0);
  CHECK_FALSE(sources.variable("TASKGATE_LIMIT"));
  CHECK(sources.uid == ::getuid());
}

}  // namespace
}  // namespace taskgate::config
