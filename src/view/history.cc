#include "view/history.h"

#include <algorithm>
#include <map>

#include "view/status_members.h"
#include "view/words.h"

namespace taskgate::view {
namespace {

namespace json = boost::json;

std::optional<std::int64_t> number_in(const json::array* column, std::size_t row) {
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
  for (std::size_t row = 0; const auto steps_ago = number_in(ago, row); ++row) {
    steps.push_back({.x = width - 1 - *steps_ago,
                     .listed = is_known(signal, row),
                     .live = number_in(live, row),
                     .peak = std::max(number_in(live, row), number_in(peak, row)),
                     .limit = number_in(limit, row).value_or(0),
                     .admitted = number_in(admitted, row).value_or(0),
                     .refused = number_in(refused, row).value_or(0)});
  }
  return steps;
}

std::vector<Mark> marks_of(const json::value& status, std::int64_t width) {
  std::vector<Mark> marks;
  const json::array* all = list(status, "/history/marks");
  if (all == nullptr) return marks;
  for (const json::value& mark : *all) {
    const auto ago = view::number(mark, "/steps_ago");
    if (ago) marks.push_back({width - 1 - *ago, text(mark, "/kind")});
  }
  return marks;
}

// "2 min 5 s ago", "now"; exact, unlike age_in_words.
std::string ago_in_words(std::int64_t seconds) {
  if (seconds == 0) return "now";
  std::string words;
  if (seconds >= 60) words = std::to_string(seconds / 60) + " min ";
  if (seconds % 60 > 0) words += std::to_string(seconds % 60) + " s ";
  return words + "ago";
}

std::string count_in_words(const Step& step) {
  if (!step.listed) return "not counted";
  if (!step.live) return "count unknown";
  std::string words = std::to_string(*step.live) + " of " + std::to_string(step.limit) + " live";
  if (step.peak > step.live) words += ", " + std::to_string(*step.peak) + " at most";
  return words;
}

std::string step_in_words(const Step& step) {
  std::string words = count_in_words(step);
  if (step.admitted > 0) append(words, std::to_string(step.admitted) + " admitted");
  if (step.refused > 0) append(words, std::to_string(step.refused) + " refused");
  return words;
}

}  // namespace

History history_of(const json::value& status) {
  History history;
  history.width = static_cast<int>(number(status, "/history/steps").value_or(0));
  history.steps = steps_of(status, history.width);
  history.marks = marks_of(status, history.width);
  // A gate that began lately knows of no more than its own time, and of one step at least.
  const std::int64_t step = number(status, "/history/step_seconds").value_or(0);
  history.step_seconds = step;
  const std::int64_t watched = history.width * step;
  const std::int64_t uptime = number(status, "/uptime_seconds").value_or(watched);
  history.seconds = std::min(watched, std::max(uptime, step));
  return history;
}

std::string history_in_words(const History& history) {
  std::optional<std::int64_t> most;
  std::int64_t admitted = 0, refused = 0;
  bool unknown = false;
  for (const Step& step : history.steps) {
    most = std::max(most, step.peak);
    unknown = unknown || (step.listed && !step.live);
    admitted += step.admitted;
    refused += step.refused;
  }
  return "The last " + age_in_words(history.seconds) + ": " +
         (most ? "at most " + std::to_string(*most) + " live" : std::string("no count")) + ", " +
         counted(admitted, "create") + " admitted, " + std::to_string(refused) + " refused" +
         (unknown ? "; the count was unknown at times." : ".");
}

std::vector<Moment> moments_of(const History& history) {
  std::map<std::int64_t, std::string> said;
  for (const Step& step : history.steps) said[step.x] = step_in_words(step);
  for (const Mark& mark : history.marks) append(said[mark.x], mark.kind);
  std::vector<Moment> moments;
  for (const auto& [x, words] : said) {
    const std::int64_t ago = (history.width - 1 - x) * history.step_seconds;
    moments.push_back({x, ago_in_words(ago) + ": " + words});
  }
  return moments;
}

}  // namespace taskgate::view
