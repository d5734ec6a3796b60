#include "admin/graph.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "view/history.h"

namespace taskgate::admin {
namespace {

using view::Step;

// Seconds between two ticks.
constexpr std::int64_t kTick = 300;
// Of a hundred: how far apart two words of marks have to be.
constexpr std::int64_t kWordWidth = 9;

// Tenths are fine enough for a drawing of this height.
std::string coordinate(std::int64_t value, std::int64_t top, std::int64_t height) {
  const std::int64_t tenths = 10 * height - 10 * height * value / std::max<std::int64_t>(top, 1);
  std::string text = std::to_string(tenths / 10);
  if (tenths % 10 != 0) text += "." + std::to_string(tenths % 10);
  return text;
}

// A column from `low` up to `high`, in units of a field whose upper edge is `top`.
std::string column(std::int64_t x, std::int64_t width, std::int64_t low, std::int64_t high,
                   std::int64_t top, std::int64_t height) {
  return "M" + std::to_string(x) + " " + coordinate(low, top, height) + "V" +
         coordinate(high, top, height) + "h" + std::to_string(width) + "V" +
         coordinate(low, top, height) + "z";
}

void draw_counts(const std::vector<Step>& steps, Graph& graph) {
  std::optional<std::int64_t> last;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const Step& step = steps[i];
    const std::int64_t end = i + 1 < steps.size() ? steps[i + 1].x : graph.width;
    if (step.listed) last = step.live;
    if (!last) {
      if (step.listed) graph.unknown += column(step.x, end - step.x, 0, 1, 1, Graph::kHeight);
      continue;
    }
    const std::int64_t peak = std::max(step.peak.value_or(0), *last);
    if (step.listed) graph.counted += column(step.x, 1, 0, peak, graph.top, Graph::kHeight);
    const std::int64_t from = step.listed ? step.x + 1 : step.x;
    if (from < end) graph.carried += column(from, end - from, 0, *last, graph.top, Graph::kHeight);
  }
}

void draw_limit(const std::vector<Step>& steps, Graph& graph) {
  for (const Step& step : steps) {
    const std::string y = coordinate(step.limit, graph.top, Graph::kHeight);
    graph.limit += graph.limit.empty() ? "M0 " + y : "H" + std::to_string(step.x);
    graph.limit += "V" + y;
  }
  if (!graph.limit.empty()) graph.limit += "H" + std::to_string(graph.width);
}

void draw_decisions(const std::vector<Step>& steps, Graph& graph) {
  for (const Step& step : steps) {
    const std::int64_t both = step.admitted + step.refused;
    if (step.admitted > 0) {
      graph.admitted += column(step.x, 1, 0, step.admitted, graph.busiest, Graph::kStrip);
    }
    if (step.refused > 0) {
      graph.refused += column(step.x, 1, step.admitted, both, graph.busiest, Graph::kStrip);
    }
  }
}

// "12.5", of a hundred.
std::string per_cent(std::int64_t x, std::int64_t width) {
  const std::int64_t tenths = 1000 * x / std::max<std::int64_t>(width, 1);
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10);
}

// A word at the edge stands within it.
const char* anchor_at(std::int64_t x, std::int64_t width) {
  if (100 * x < kWordWidth * width) return "start";
  return 100 * (width - x) < kWordWidth * width ? "end" : "middle";
}

void draw_marks(const std::vector<view::Mark>& marks, Graph& graph) {
  std::int64_t taken = -graph.width;
  for (const view::Mark& mark : marks) {
    graph.marks += "M" + std::to_string(mark.x) + ".5 0v" + std::to_string(Graph::kHeight);
    if (100 * (mark.x - taken) < kWordWidth * graph.width) continue;
    taken = mark.x;
    graph.mark_labels.push_back(
        {per_cent(mark.x, graph.width), anchor_at(mark.x, graph.width), mark.kind});
  }
}

void draw_ticks(std::int64_t step_seconds, Graph& graph) {
  if (step_seconds <= 0) return;
  const std::int64_t apart = std::max<std::int64_t>(kTick / step_seconds, 1);
  for (std::int64_t ago = graph.width; ago >= 0; ago -= apart) {
    const std::int64_t x = graph.width - ago;
    const std::string minutes = std::to_string(ago * step_seconds / 60);
    graph.ticks.push_back({per_cent(x, graph.width), anchor_at(x, graph.width),
                           ago == 0 ? "now" : (x == 0 ? minutes + " min ago" : minutes)});
    if (x > 0 && ago > 0) {
      graph.grid += "M" + std::to_string(x) + " 0v" + std::to_string(Graph::kHeight);
    }
  }
}

void draw_levels(Graph& graph) {
  graph.levels.push_back(std::to_string(graph.top));
  if (graph.top % 2 == 0) {
    graph.levels.push_back(std::to_string(graph.top / 2));
    graph.grid += "M0 " + std::to_string(Graph::kHeight / 2) + "h" + std::to_string(graph.width);
  }
  graph.levels.emplace_back("0");
}

}  // namespace

Graph draw_graph(const boost::json::value& status) {
  const view::History history = view::history_of(status);
  Graph graph;
  graph.width = history.width;
  for (const Step& step : history.steps) {
    graph.top = std::max({graph.top, step.limit, step.peak.value_or(0)});
    graph.busiest = std::max(graph.busiest, step.admitted + step.refused);
  }
  draw_counts(history.steps, graph);
  draw_limit(history.steps, graph);
  draw_decisions(history.steps, graph);
  draw_marks(history.marks, graph);
  draw_ticks(history.step_seconds, graph);
  draw_levels(graph);
  graph.summary = view::history_in_words(history);
  graph.moments = view::moments_of(history);
  std::ranges::reverse(graph.moments);
  return graph;
}

}  // namespace taskgate::admin
