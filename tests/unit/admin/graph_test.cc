#include "admin/graph.h"

#include <boost/json.hpp>

#include "support/catch.h"

namespace taskgate::admin {
namespace {

Graph graph_of(const std::string& columns) {
  return draw_graph(
      boost::json::parse(R"({"history": {"step_seconds": 5, "steps": 10, )" + columns + "}}"));
}

TEST_CASE("A counted step is a column, and its count stands until the next one") {
  const Graph graph = graph_of(R"("steps_ago": [9, 5, 4], "signal": ["known", "known", "known"],
      "live": [1, 2, 0], "limit": [4, 4, 4], "admitted": [0, 0, 0], "refused": [0, 0, 0])");
  CHECK(graph.width == 10);
  CHECK(graph.top == 4);
  CHECK(graph.counted == "M0 60V45h1V60zM4 60V30h1V60zM5 60V60h1V60z");
  CHECK(graph.carried == "M1 60V45h3V60zM6 60V60h4V60z");
  CHECK(graph.unknown.empty());
  CHECK(graph.limit == "M0 0V0H4V0H5V0H10");
  CHECK(graph.summary == "The last 50 s: at most 2 live, 0 creates admitted, 0 refused.");
}

TEST_CASE("A task that ended within a step was there all the same") {
  const Graph graph = graph_of(R"("steps_ago": [4, 0], "signal": ["known", "known"],
      "live": [0, 0], "peak": [1, 0], "limit": [1, 1], "admitted": [0, 0], "refused": [1, 0])");
  CHECK(graph.counted == "M5 60V0h1V60zM9 60V60h1V60z");
  CHECK(graph.summary == "The last 50 s: at most 1 live, 0 creates admitted, 1 refused.");
}

TEST_CASE("What is unknown is no zero and lasts until something is known") {
  const Graph graph = graph_of(R"("steps_ago": [4, 3, 1], "signal": ["known", "unknown", null],
      "live": [2, null, null], "limit": [2, 2, 2], "admitted": [0, 0, 0], "refused": [0, 0, 3])");
  CHECK(graph.counted == "M5 60V0h1V60z");
  CHECK(graph.carried.empty());
  CHECK(graph.unknown == "M6 60V0h2V60z");
  CHECK(graph.summary ==
        "The last 50 s: at most 2 live, 0 creates admitted, 3 refused; the count was unknown at "
        "times.");
}

TEST_CASE("Refused creates stand upon the admitted ones") {
  const Graph graph = graph_of(R"("steps_ago": [1, 0], "signal": ["known", "known"],
      "live": [1, 1], "limit": [1, 1], "admitted": [1, 0], "refused": [3, 2])");
  CHECK(graph.busiest == 4);
  CHECK(graph.admitted == "M8 20V15h1V20z");
  CHECK(graph.refused == "M8 15V0h1V15zM9 20V10h1V20z");
}

TEST_CASE("A limit that moves is a step, and more than it fits too") {
  const Graph graph = graph_of(R"("steps_ago": [2, 0], "signal": ["known", "known"],
      "live": [4, 8], "limit": [8, 2], "admitted": [0, 0], "refused": [0, 0])");
  CHECK(graph.top == 8);
  CHECK(graph.limit == "M0 0V0H9V45H10");
}

TEST_CASE("Time and count have ticks, the newest step on the right") {
  const Graph graph = draw_graph(boost::json::parse(R"({"history": {"step_seconds": 5,
      "steps": 180, "steps_ago": [0], "signal": ["known"], "live": [4], "limit": [12],
      "admitted": [0], "refused": [0]}})"));
  std::vector<std::string> ticks;
  for (const GraphLabel& tick : graph.ticks) ticks.push_back(tick.x + " " + tick.text);
  CHECK(ticks == std::vector<std::string>{"0.0 15 min ago", "33.3 10", "66.6 5", "100.0 now"});
  CHECK(graph.levels == std::vector<std::string>{"12", "6", "0"});
  CHECK(graph.grid == "M60 0v60M120 0v60M0 30h180");
}

TEST_CASE("Starts, reloads and drains are marked, with a word where it has room") {
  const Graph graph = graph_of(R"("marks": [{"steps_ago": 9, "kind": "start"},
      {"steps_ago": 9, "kind": "reload"}, {"steps_ago": 4, "kind": "drain"}])");
  CHECK(graph.marks == "M0.5 0v60M0.5 0v60M5.5 0v60");
  REQUIRE(graph.mark_labels.size() == 2);
  CHECK(graph.mark_labels[0].text == "start");
  CHECK(graph.mark_labels[0].anchor == "start");
  CHECK(graph.mark_labels[1].text == "drain");
  CHECK(graph.mark_labels[1].x == "50.0");
}

TEST_CASE("Without a history there is nothing to draw") {
  for (const char* text : {"{}", "[]", R"({"history": null})", R"({"history": {"steps": "x"}})"}) {
    const Graph graph = draw_graph(boost::json::parse(text));
    CHECK(graph.limit.empty());
    CHECK(graph.counted.empty());
  }
}

}  // namespace
}  // namespace taskgate::admin
