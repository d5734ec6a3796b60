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

TEST_CASE("One create is one, not many") {
  CHECK(words_of(R"({"history": {"step_seconds": 5, "steps": 10, "steps_ago": [1],
      "signal": ["known"], "live": [1], "peak": [1], "limit": [2], "admitted": [1],
      "refused": [0]}})") == "The last 50 s: at most 1 live, 1 create admitted, 0 refused.");
}

TEST_CASE("Each step is told with its time, its count and what happened in it") {
  const auto moments = moments_of(history_of(boost::json::parse(R"({"history": {"step_seconds": 5,
      "steps": 100, "steps_ago": [25, 13, 1], "signal": ["known", "unknown", null],
      "live": [2, null, null], "peak": [3, null, null], "limit": [4, 4, 4],
      "admitted": [1, 0, 0], "refused": [0, 0, 3],
      "marks": [{"steps_ago": 13, "kind": "reload"}, {"steps_ago": 0, "kind": "drain"}]}})")));
  REQUIRE(moments.size() == 4);
  CHECK(moments[0].words == "2 min 5 s ago: 2 of 4 live, 3 at most, 1 admitted");
  CHECK(moments[1].words == "1 min 5 s ago: count unknown, reload");
  CHECK(moments[2].words == "5 s ago: not counted, 3 refused");
  CHECK(moments[3].words == "now: drain");
  CHECK(moments[3].x == 99);
}

}  // namespace
}  // namespace taskgate::view
