#include "config/suggest.h"

#include "support/catch.h"

namespace taskgate::config {
namespace {

TEST_CASE("a slip of the finger is recognised") {
  const std::vector<std::string> known = {"listen", "limit", "tmux.on_unknown", "log.level"};
  CHECK(closest("limt", known) == "limit");
  CHECK(closest("limits", known) == "limit");
  CHECK(closest("lsiten", known) == "listen");
  CHECK(closest("tmux.on_unknow", known) == "tmux.on_unknown");
  CHECK(closest("tmux.on-unknown", known) == "tmux.on_unknown");
  CHECK(closest("log.levle", known) == "log.level");
}

TEST_CASE("what is not close is not guessed at") {
  const std::vector<std::string> known = {"listen", "limit"};
  CHECK(closest("port", known).empty());
  CHECK(closest("", known).empty());
  CHECK(closest("li", known).empty());
  CHECK(closest("limit", {}).empty());
  CHECK(closest(std::string(100'000, 'l'), known).empty());
}

TEST_CASE("what all words share makes no word close") {
  const std::vector<std::string> known = {"TASKGATE_LIMIT", "TASKGATE_LISTEN"};
  CHECK(closest("TASKGATE_LOG", known, 9).empty());
  CHECK(closest("TASKGATE_LIMT", known, 9) == "TASKGATE_LIMIT");
  CHECK(closest("TASK", known, 9).empty());
}

TEST_CASE("words are listed as in a sentence") {
  CHECK(either({}).empty());
  CHECK(either({"a"}) == "a");
  CHECK(either({"a", "b"}) == "a or b");
  CHECK(either({"a", "b", "c"}) == "a, b or c");
}

}  // namespace
}  // namespace taskgate::config
