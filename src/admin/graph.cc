#include "admin/graph.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "admin/members.h"
#include "admin/view.h"

namespace taskgate::admin {
namespace {

namespace json = boost::json;

struct Step {
  std::int64_t x = 0;
  bool listed = false;
  std::optional<std::int64_t> live;
  std::optional<std::int64_t> peak;
  std::int64_t limit = 0;
  std::int64_t admitted = 0;
  std::int64_t refused = 0;
};

std::optional<std::int64_t> number(const json::array* column, std::size_t row) {
  if (column == nullptr || row >= column->size() || !(*column)[row].is_int64()) return std::nullopt;
  return (*column)[row].get_int64();
}

bool is_known(const json::array* column, std::size_t row) {
  return column != nullptr && row < column->size() && !(*column)[row].is_null();
}

std::vector<Step> steps_of(const json::value& status, std::int64_t width) {
  const json::array* ago = list(status, "/history/steps_ago");
  const json::array* signal = list(status, "/history/signal");
  const json::array* live = list(status, "/history/live");
  const json::array* peak = list(status, "/history/peak");
  const json::array* limit = list(status, "/history/limit");
  const json::array* admitted = list(status, "/history/admitted");
  const json::array* refused = list(status, "/history/refused");
  std::vector<Step> steps;
  for (std::size_t row = 0; const auto steps_ago = number(ago, row); ++row) {
    steps.push_back({.x = width - 1 - *steps_ago,
                     .listed = is_known(signal, row),
                     .live = number(live, row),
                     .peak = std::max(number(live, row), number(peak, row)),
                     .limit = number(limit, row).value_or(0),
                     .admitted = number(admitted, row).value_or(0),
                     .refused = number(refused, row).value_or(0)});
  }
  return steps;
}

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

std::string summary_of(const std::vector<Step>& steps, std::int64_t seconds) {
  std::optional<std::int64_t> most;
  std::int64_t admitted = 0, refused = 0;
  bool unknown = false;
  for (const Step& step : steps) {
    most = std::max(most, step.peak);
    unknown = unknown || (step.listed && !step.live);
    admitted += step.admitted;
    refused += step.refused;
  }
  return "The last " + age_in_words(seconds) + ": " +
         (most ? "at most " + std::to_string(*most) + " live" : std::string("no count")) + ", " +
         std::to_string(admitted) + " creates admitted, " + std::to_string(refused) + " refused" +
         (unknown ? "; the count was unknown at times." : ".");
}

}  // namespace

Graph draw_graph(const json::value& status) {
  Graph graph;
  graph.width = static_cast<int>(number(status, "/history/steps").value_or(0));
  const std::vector<Step> steps = steps_of(status, graph.width);
  for (const Step& step : steps) {
    graph.top = std::max({graph.top, step.limit, step.peak.value_or(0)});
    graph.busiest = std::max(graph.busiest, step.admitted + step.refused);
  }
  draw_counts(steps, graph);
  draw_limit(steps, graph);
  draw_decisions(steps, graph);
  // A gate that began lately knows of no more than its own time, and of one step at least.
  const std::int64_t step = number(status, "/history/step_seconds").value_or(0);
  const std::int64_t watched = graph.width * step;
  const std::int64_t uptime = number(status, "/uptime_seconds").value_or(watched);
  graph.summary = summary_of(steps, std::min(watched, std::max(uptime, step)));
  return graph;
}

}  // namespace taskgate::admin
