// What a listing keeps from the one before it.
#include "tmux/assembly.h"

#include "driver.h"
#include "fake_server.h"
#include "frames.h"
#include "support/catch.h"
#include "temporary_folder.h"

namespace taskgate::tmux {
namespace {

using namespace testing;

using Names = std::vector<std::string>;

const std::string kOne = answer("7 $4 1 kube-coder-a\n");

// The second listing of a server that gives these two answers.
struct Twice {
  Twice(const std::string& once, const std::string& again)
      : driver(settings_for({folder / "s"})),
        server(driver.loop, folder / "s", answering_in_turn({once, again})),
        first(driver.list()),
        second(driver.list()) {}

  bool shared() const { return second.sessions.are(first.sessions); }

  TemporaryFolder folder;
  Driver driver;
  FakeServer server;
  Listing first;
  Listing second;
};

TEST_CASE("a listing that finds what the one before found has the very same sessions") {
  const Twice twice(kOne, kOne);
  CHECK(twice.shared());
  CHECK(names_of(twice.second) == Names{"kube-coder-a"});
  CHECK(twice.second.live == 1);
  CHECK(twice.second.began > twice.first.began);
  CHECK(twice.second.servers == twice.first.servers);
}

TEST_CASE("a listing that finds anything else has sessions of its own") {
  struct Row {
    const char* what;
    const char* again;
    Names names;
    int live;
  };
  const std::vector<Row> rows{
      {"another name", "7 $4 1 kube-coder-b\n", {"kube-coder-b"}, 1},
      {"a name that does not count", "7 $4 1 cube-coder-a\n", {"cube-coder-a"}, 0},
      {"one more", "7 $4 1 kube-coder-a\n7 $5 1 x\n", {"kube-coder-a", "x"}, 1},
      {"another id", "7 $5 1 kube-coder-a\n", {"kube-coder-a"}, 1},
      {"another server", "8 $4 1 kube-coder-a\n", {"kube-coder-a"}, 1},
      {"none", "", {}, 0},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    const Twice twice(kOne, answer(row.again));
    CHECK_FALSE(twice.shared());
    CHECK(names_of(twice.second) == row.names);
    CHECK(twice.second.live == row.live);
  }
}

TEST_CASE("an answer that is no list of sessions is none beside a known one either") {
  Twice twice(kOne, answer("7 $4 1 kube-coder-a"));
  CHECK(fault_of(twice.second) == "protocol_error");
  CHECK(twice.second.sessions.empty());
  CHECK(twice.second.live == 0);
}

TEST_CASE("an answer to the long request is not taken for one to the short one") {
  // The name of a session that imitates details.
  const std::string text = answer("7 $4 1 5 1 1 @2:9:0 @2:9:0 kube-coder-a\n");
  TemporaryFolder folder;
  Driver driver(settings_for({folder / "s"}));
  FakeServer server(driver.loop, folder / "s", answering(text));
  CHECK(driver.list().live == 0);
  driver.question = Question::details;
  CHECK(driver.list().live == 1);
  driver.question = Question::names;
  CHECK(driver.list().live == 0);
}

TEST_CASE("what counts follows the patterns, though the sessions are the same") {
  TemporaryFolder folder;
  Driver driver(settings_for({folder / "s"}));
  FakeServer server(driver.loop, folder / "s", answering(kOne));
  CHECK(driver.list().live == 1);
  ListerSettings others = settings_for({folder / "s"});
  others.match = {"other-*"};
  driver.lister.configure(others);
  const Listing listing = driver.list();
  CHECK(listing.live == 0);
  CHECK_FALSE(listing.sessions[0].matches);
}

TEST_CASE("of two servers one may say the same again, and each session keeps its own") {
  TemporaryFolder folder;
  Driver driver(settings_for({folder / "a", folder / "b"}));
  FakeServer first(driver.loop, folder / "a", answering(kOne));
  FakeServer second(driver.loop, folder / "b",
                    answering_in_turn({answer("9 $1 1 kube-coder-b\n"), answer("9 $1 1 other\n")}));
  CHECK(driver.list().live == 2);
  const Listing changed = driver.list();
  CHECK(names_of(changed) == Names{"kube-coder-a", "other"});
  CHECK(changed.live == 1);
  CHECK(changed.sessions[1].socket == 1);
  CHECK(driver.list().sessions.are(changed.sessions));
  driver.lister.configure(settings_for({folder / "b", folder / "a"}));
  const Listing turned = driver.list();
  CHECK(names_of(turned) == Names{"other", "kube-coder-a"});
  CHECK(turned.sessions[0].socket == 0);
  CHECK(turned.sessions[1].socket == 1);
}

}  // namespace
}  // namespace taskgate::tmux
