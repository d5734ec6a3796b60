#include "view/history.h"

#include <boost/json.hpp>

#include "support/catch.h"

namespace taskgate::view {
namespace {

std::string words_of(const char* status) {
  return history_in_words(history_of(boost::json::parse(status)));
}

TEST_CASE("A gate that began lately speaks of its own time") {
  CHECK(words_of(R"({"uptime_seconds": 12, "history": {"step_seconds": 5, "steps": 180}})") ==
        "The last 12 s: no count, 0 creates admitted, 0 refused.");
}

TEST_CASE("A history is told by its highest count and its sums") {
  CHECK(words_of(R"({"history": {"step_seconds": 5, "steps": 10, "steps_ago": [4, 3, 1],
      "signal": ["known", "unknown", null], "live": [2, null, null], "peak": [3, null, null],
      "limit": [2, 2, 2], "admitted": [1, 0, 1], "refused": [0, 0, 3]}})") ==
        "The last 50 s: at most 3 live, 2 creates admitted, 3 refused; the count was unknown at "
        "times.");
}

}  // namespace
}  // namespace taskgate::view
