#include "base/log.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <csignal>
#include <sstream>
#include <thread>
#include <vector>

#include "support/catch.h"

namespace taskgate::log {
namespace {

enum class Room { pages, one_page };

// A pipe that log lines go to while it lives.
class Pipe {
 public:
  explicit Pipe(Room room = Room::pages) {
    REQUIRE(::pipe2(ends_, O_CLOEXEC) == 0);
    if (room == Room::one_page) REQUIRE(::fcntl(ends_[1], F_SETPIPE_SZ, 4096) > 0);
    set_descriptor(ends_[1]);
  }
  ~Pipe() {
    set_descriptor(STDOUT_FILENO);
    set_level(Level::info);
    close_reader();
    ::close(ends_[1]);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  // What was written since the last call.
  std::string text() {
    REQUIRE(::fcntl(ends_[0], F_SETFL, O_NONBLOCK) == 0);
    std::string all;
    char part[4096];
    for (ssize_t n; (n = ::read(ends_[0], part, sizeof part)) > 0;) {
      all.append(part, static_cast<std::size_t>(n));
    }
    return all;
  }

  std::vector<boost::json::object> events() {
    std::vector<boost::json::object> all;
    std::istringstream lines(text());
    for (std::string line; std::getline(lines, line);) {
      all.push_back(boost::json::parse(line).as_object());
    }
    return all;
  }

  void close_reader() {
    if (ends_[0] >= 0) ::close(ends_[0]);
    ends_[0] = -1;
  }

 private:
  int ends_[2] = {-1, -1};
};

std::string without_time(const std::string& line) {
  const std::string_view begin = R"({"time":"2026-01-01T00:00:00.000Z",)";
  REQUIRE(line.size() > begin.size());
  return line.substr(begin.size());
}

TEST_CASE("an event is one JSON line, its fields in the order they were given") {
  Pipe pipe;
  info("listening").field("address", "0.0.0.0:6090").field("limit", 12).field("draining", false);
  CHECK(without_time(pipe.text()) ==
        R"("level":"info","event":"listening","address":"0.0.0.0:6090","limit":12,)"
        R"("draining":false})"
        "\n");
}

TEST_CASE("a line begins with the time in UTC") {
  Pipe pipe;
  info("x");
  const auto events = pipe.events();
  REQUIRE(events.size() == 1);
  const std::string time(events[0].at("time").as_string());
  CHECK_THAT(time, Catch::Matches("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\\.[0-9]{3}Z"));
}

TEST_CASE("values of every kind read back as what they were") {
  Pipe pipe;
  info("kinds")
      .field("text", std::string_view("a\"b\nc"))
      .field("literal", "x")
      .field("yes", true)
      .field("negative", -7)
      .field("large", std::uint64_t{18'446'744'073'709'551'615U})
      .field("seconds", 0.25);
  const auto events = pipe.events();
  REQUIRE(events.size() == 1);
  CHECK(events[0].at("text").as_string() == "a\"b\nc");
  CHECK(events[0].at("literal").as_string() == "x");
  CHECK(events[0].at("yes").as_bool());
  CHECK(events[0].at("negative").as_int64() == -7);
  CHECK(events[0].at("large").as_uint64() == 18'446'744'073'709'551'615U);
  CHECK(events[0].at("seconds").as_double() == 0.25);
}

TEST_CASE("lines below the level are not written") {
  const auto [level, written] = GENERATE(table<Level, std::vector<std::string>>({
      {Level::debug, {"debug", "info", "warning", "error"}},
      {Level::info, {"info", "warning", "error"}},
      {Level::warning, {"warning", "error"}},
      {Level::error, {"error"}},
  }));
  Pipe pipe;
  set_level(level);
  debug("x");
  info("x");
  warning("x");
  error("x").field("more", 1);
  std::vector<std::string> levels;
  for (const auto& event : pipe.events()) levels.emplace_back(event.at("level").as_string());
  CHECK(levels == written);
}

TEST_CASE("a line that would block is dropped, and the next that gets through says how many") {
  Pipe pipe(Room::one_page);
  const std::uint64_t before = dropped_lines();
  info(
      "fits");  // the pipe holds one page, and a page with something in it has no room for PIPE_BUF
  info("lost");
  info("lost");
  CHECK(dropped_lines() == before + 2);
  auto events = pipe.events();
  REQUIRE(events.size() == 1);
  CHECK(events[0].at("event").as_string() == "fits");

  info("after");
  events = pipe.events();
  REQUIRE(events.size() == 1);
  CHECK(events[0].at("event").as_string() == "after");
  CHECK(events[0].at("dropped_lines").to_number<int>() == 2);

  info("later");
  events = pipe.events();
  REQUIRE(events.size() == 1);
  CHECK_FALSE(events[0].contains("dropped_lines"));
}

TEST_CASE("a line longer than PIPE_BUF is dropped whole") {
  Pipe pipe;
  const std::uint64_t before = dropped_lines();
  info("long").field("text", std::string(4096, 'x'));
  CHECK(dropped_lines() == before + 1);
  CHECK(pipe.text().empty());
  info("after");
  CHECK(pipe.events().at(0).at("dropped_lines").to_number<int>() == 1);
}

TEST_CASE("the longest line that is written has 4096 bytes") {
  Pipe pipe;
  info("long").field("text", "");
  const std::size_t frame = pipe.text().size();
  info("long").field("text", std::string(4096 - frame, 'x'));
  CHECK(pipe.text().size() == 4096);
}

TEST_CASE("a reader that is gone loses lines and nothing else") {
  struct sigaction ignore {};
  struct sigaction previous {};
  ignore.sa_handler = SIG_IGN;
  REQUIRE(::sigaction(SIGPIPE, &ignore, &previous) == 0);
  Pipe pipe;
  const std::uint64_t before = dropped_lines();
  pipe.close_reader();
  info("lost");
  CHECK(dropped_lines() == before + 1);
  ::sigaction(SIGPIPE, &previous, nullptr);
  {
    Pipe next;
    info("after");
    CHECK(next.events().at(0).at("dropped_lines").to_number<int>() == 1);
  }
}

TEST_CASE("lines of two threads do not mix, and each is written or counted as dropped") {
  constexpr int kLines = 2000;
  Pipe pipe;
  const std::uint64_t before = dropped_lines();
  const auto write_lines = [](int thread) {
    for (int i = 0; i < kLines; ++i) info("tick").field("thread", thread).field("i", i);
  };
  std::size_t read = 0;
  std::thread one(write_lines, 1);
  std::thread two(write_lines, 2);
  while (read + (dropped_lines() - before) < 2 * kLines) {
    read += pipe.events().size();  // throws on a line that is not JSON
  }
  one.join();
  two.join();
  read += pipe.events().size();
  CHECK(read > 0);
  CHECK(read + (dropped_lines() - before) == 2 * kLines);
  info("end");  // so that no later case reads this one's losses
}

}  // namespace
}  // namespace taskgate::log
