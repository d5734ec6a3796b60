// What the long request tells of a session, and what it leaves open.
#include <map>
#include <memory>
#include <string>

#include "feed.h"
#include "recorded.h"
#include "support/catch.h"
#include "tmux/lines.h"

namespace taskgate::tmux {
namespace {

using namespace testing;

const std::string kTask = "kube-coder-1795448247-bbeacad6";

using ByName = std::map<std::string, Session>;

ByName by_name(const std::vector<Session>& sessions) {
  ByName found;
  for (const Session& session : sessions) found[session.name] = session;
  return found;
}

ByName parsed(const std::string& text) {
  std::vector<Session> sessions;
  REQUIRE(parse_sessions(text, Question::details, sessions));
  return by_name(sessions);
}

// The recorded answers of one kind ("dead") by version.
std::map<std::string, ByName> recorded(const std::string& kind) {
  std::map<std::string, ByName> found;
  for (const Recorded& answer : recorded_in("long/", Question::details)) {
    if (!answer.name.ends_with("-" + kind)) continue;
    const auto decoder = std::make_unique<Decoder>(Question::details);
    feed(*decoder, answer.bytes, 4096);
    REQUIRE(decoder->progress() == Decoder::Progress::complete);
    found[answer.name.substr(0, answer.name.size() - kind.size() - 1)] =
        by_name(decoder->sessions());
  }
  return found;
}

bool tells_windows(const std::string& version) {
  return version != "2.1" && version != "2.6";
}

std::string ended_of(const Details& details) {
  return details.ended ? (*details.ended ? "ended" : "runs") : "not known";
}

TEST_CASE("every version tells since when a session of one window is silent") {
  const auto versions = recorded("1-sessions");
  REQUIRE(versions.size() == 12);
  for (const auto& [version, sessions] : versions) {
    CAPTURE(version);
    const Session& task = sessions.at(kTask);
    // Its program printed after its start, which only the window's time shows.
    CHECK(task.details->silent_since.value() > task.created);
    CHECK(task.details->silent_since.value() < task.created + 10);
    CHECK(ended_of(*task.details) == "runs");
    CHECK_FALSE(task.details->attached);
    CHECK(task.details->view_of.empty());
  }
}

TEST_CASE("a program that has ended is told from 2.9 on, and never denied before") {
  const auto versions = recorded("dead");
  REQUIRE(versions.size() == 12);
  for (const auto& [version, sessions] : versions) {
    CAPTURE(version);
    CHECK(ended_of(*sessions.at(kTask).details) ==
          (tells_windows(version) ? "ended" : "not known"));
  }
}

TEST_CASE("a grouped session is told as a second view of the one before it") {
  const auto versions = recorded("grouped");
  REQUIRE(versions.size() == 12);
  for (const auto& [version, sessions] : versions) {
    CAPTURE(version);
    const Session& work = sessions.at(kTask);
    const Session& view = sessions.at("second view");
    CHECK(work.details->view_of.empty());
    CHECK(view.details->view_of == kTask);
    CHECK(view.details->silent_since == work.details->silent_since);
  }
}

TEST_CASE("of several windows all are looked at, from 2.9 on") {
  const auto versions = recorded("multi");
  REQUIRE(versions.size() == 12);
  for (const auto& [version, sessions] : versions) {
    CAPTURE(version);
    const Details& task = *sessions.at(kTask).details;
    CHECK(task.attached);
    CHECK(task.view_of.empty());  // one window of three is linked into the other
    CHECK(ended_of(task) == "runs");
    CHECK(task.silent_since.has_value() == tells_windows(version));
    const Details& other = *sessions.at("claude-agent1").details;
    CHECK_FALSE(other.attached);
    CHECK(other.silent_since.has_value() == tells_windows(version));
  }
}

TEST_CASE("a list of windows that the server cut leaves the rest of its line") {
  const auto versions = recorded("truncated");
  REQUIRE(versions.size() == 1);
  const ByName& sessions = versions.at("3.7c");
  const Details& cut = *sessions.at(kTask).details;
  CHECK_FALSE(cut.silent_since);
  CHECK(ended_of(cut) == "runs");
  CHECK(sessions.at("claude-agent1").details->silent_since == 1795877141);
}

TEST_CASE("details are told as far as their fields go") {
  struct Row {
    std::string fields;  // from session_activity to the list of windows
    std::optional<std::int64_t> silent_since;
    std::string ended;
    bool attached;
  };
  const Row row = GENERATE(values<Row>({
      {"5 0 1 @0:4:0 @0:4:0", 5, "runs", false},
      {"5 0 1 @0:9:0 @0:9:0", 9, "runs", false},
      {"5 2 1 @0:9:1 @0:9:1", 9, "ended", true},
      {"5 0 1 @0:9:1 @0:9:110", 9, "runs", false},
      {"5 0 2 @1:6:1 @0:9:11@1:6:1", 9, "ended", false},
      {"5 0 2 @1:6:1 @0:9:11@1:6:01", 9, "runs", false},
      // Nothing but the current window: up to 2.8, or cut.
      {"5 0 1 @0:9:0 ", 9, "runs", false},
      {"5 0 1 @0:9:1 ", 9, "not known", false},
      {"5 0 2 @0:9:0 ", std::nullopt, "runs", false},
      {"5 0 2 @0:9:1 ", std::nullopt, "not known", false},
      {"5 0 2 @0:9:1 @0:9:1", std::nullopt, "not known", false},
      {"5 0 2 @0:9:1 @0:9:1@1:7:", std::nullopt, "not known", false},
      {"5 0 2 @0:9:1 @0:9:1@1:", std::nullopt, "not known", false},
      {"5 0 2 @0:9:1 @0:9:1@", std::nullopt, "not known", false},
      {"5 0 1 @0:9:1 @0:9:1@1:7:1", 9, "not known", false},
      {"5 0 0 @0:9:1 ", std::nullopt, "not known", false},
  }));
  CAPTURE(row.fields);
  const auto sessions = parsed("7 $3 1 " + row.fields + " a b\n");
  REQUIRE(sessions.count("a b") == 1);
  const Details& details = *sessions.at("a b").details;
  CHECK(details.silent_since == row.silent_since);
  CHECK(ended_of(details) == row.ended);
  CHECK(details.attached == row.attached);
}

TEST_CASE("views are found by the set of their windows") {
  const auto sessions = parsed(
      "7 $5 1 5 0 2 @1:9:0 @1:9:0@2:8:0 later\n"
      "7 $2 1 7 0 2 @2:8:0 @2:8:0@1:9:0 first\n"  // the same at other indexes
      "7 $9 1 30 1 2 @1:9:0 @1:9:0@2:8:0 third\n"
      "7 $6 1 5 0 1 @1:9:0 @1:9:0 one of the two\n"
      "7 $7 1 5 0 2 @1:9:0  not known\n"
      "7 $10 1 5 0 2 @1:9:0  nor here\n"
      "7 $11 1 5 0 3 @1:9:0 @1:9:0@2:8:0@1:9:0 with one twice\n"
      "7 $8 1 5 0 1 @4:6:0 @4:6:0 alone\n");
  CHECK(sessions.at("later").details->view_of == "first");
  CHECK(sessions.at("third").details->view_of == "first");
  CHECK(sessions.at("with one twice").details->view_of == "first");
  for (const char* none : {"first", "one of the two", "not known", "nor here", "alone"}) {
    CAPTURE(none);
    CHECK(sessions.at(none).details->view_of.empty());
  }
  // A key that was typed in one view is a sign of life of the work.
  CHECK(sessions.at("first").details->silent_since == 30);
  CHECK(sessions.at("later").details->silent_since == 30);
  CHECK(sessions.at("one of the two").details->silent_since == 9);
}

TEST_CASE("a line that is no session's belongs to the name above it") {
  const std::string line = GENERATE(values<std::string>(
      {"", "two", "7 $1 1 b", "7 $1 1 5 0 1 @0:9:0", "7 $1 1 5 0 1 @0:9:0 b",
       "8 $1 1 5 0 1 @0:9:0  b", "7 $1 1 5 0 1 @0:9:2  b", "7 $1 1 5 0 1 @0:9:01  b",
       "7 $1 1 5 0 1 @0:9:  b", "7 $1 1 5 0 1 0:9:0  b", "7 $1 1 5 0 1 @0:x:0  b",
       "7 $1 1 5 0 1 @0:9:0 @0:9:0-b", "7 $1 1 5 -1 1 @0:9:0  b", "7 $1 1 5 0 @0:9:0  b",
       "7 $1 1 253402300800 0 1 @0:9:0  b", "7 $1 1 5 0 1 @4294967296:9:0  b"}));
  CAPTURE(line);
  const auto sessions = parsed("7 $0 1 5 0 1 @0:9:0  a\n" + line + "\n7 $2 1 5 0 1 @2:9:0  c\n");
  CHECK(sessions.size() == 2);
  CHECK(sessions.count("a\n" + line) == 1);
  CHECK(sessions.count("c") == 1);
}

TEST_CASE("a short answer to the long request is no list of sessions") {
  std::vector<Session> sessions;
  CHECK_FALSE(parse_sessions("7 $0 1 kube-coder-a\n", Question::details, sessions));
}

}  // namespace
}  // namespace taskgate::tmux
