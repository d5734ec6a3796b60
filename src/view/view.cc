#include "view/view.h"

#include <algorithm>
#include <utility>

#include "base/names.h"
#include "view/alarms.h"
#include "view/classes.h"
#include "view/figures.h"
#include "view/holders.h"
#include "view/refusals.h"
#include "view/scale.h"
#include "view/status_members.h"
#include "view/words.h"

namespace taskgate::view {
namespace {

namespace json = boost::json;

// --- The slots

std::vector<Cell> draw_meter(std::optional<std::int64_t> live, std::int64_t reserved,
                             std::int64_t limit, bool closed, std::size_t most) {
  const std::int64_t all = std::max(limit, live.value_or(0));
  const Scale scaled(all, most);
  if (!live) return std::vector<Cell>(static_cast<std::size_t>(scaled.cells()), Cell::unknown);
  std::vector<Cell> meter;
  for (std::int64_t i = 0; i < scaled.cells(); ++i) {
    if (i < scaled(*live)) {
      meter.push_back(i < scaled(limit) ? Cell::live : Cell::over);
    } else {
      const Cell empty = closed ? Cell::closed : Cell::free;
      meter.push_back(i < scaled(*live + reserved) ? Cell::reserved : empty);
    }
  }
  return meter;
}

void set_slots(const json::value& status, View& view, std::size_t cells) {
  view.live = number(status, "/live");
  view.limit = number(status, "/limit").value_or(0);
  const std::int64_t reserved = number(status, "/reservations/total").value_or(0);
  view.count =
      (view.live ? std::to_string(*view.live) : "?") + " / " + number_in_words(status, "/limit");
  const bool draining = is(status, "/draining", true);
  const bool closed = draining || is(status, "/config/configured", false);
  view.meter = draw_meter(view.live, reserved, view.limit, closed, cells);
  const auto free = number(status, "/slots_free");
  append(view.slots, draining     ? "no slot free while it drains"
                     : !free      ? "free slots not known"
                     : *free == 0 ? "no slot free"
                                  : std::to_string(*free) + " free");
  if (reserved > 0) append(view.slots, std::to_string(reserved) + " promised to creates");
  const std::int64_t in_line = number(status, "/line_length").value_or(0);
  const std::int64_t waiting = number(status, "/waiting").value_or(0) - in_line;
  if (in_line > 0) append(view.slots, std::to_string(in_line) + " in line");
  if (waiting > 0) append(view.slots, std::to_string(waiting) + " waiting for a decision");
}

constexpr auto kLevelNames = names_up_to(
    Level::bad, {{Level::good, "good"}, {Level::warning, "warning"}, {Level::bad, "bad"}});

constexpr auto kCellNames = names_up_to(Cell::unknown, {{Cell::live, "live"},
                                                        {Cell::over, "over"},
                                                        {Cell::reserved, "reserved"},
                                                        {Cell::free, "free"},
                                                        {Cell::closed, "closed"},
                                                        {Cell::unknown, "unknown"}});

}  // namespace

std::string_view name_of(Level level) {
  return kLevelNames[level];
}

std::string_view name_of(Cell cell) {
  return kCellNames[cell];
}

View make_view(const json::value& status, std::size_t cells) {
  View view;
  set_slots(status, view, cells);
  set_observed(status, view);
  set_classes(status, view, cells);
  add_alarms(status, view);
  set_state(status, view);
  set_upstream(status, view);
  set_identity(status, view);
  set_figures(status, view);
  set_totals(status, view);
  set_refusals(status, view);
  view.holders = holders_of(status);
  set_expected(status, view);
  return view;
}

View view_without_state(std::string reason) {
  View view;
  view.level = Level::bad;
  view.state = "no answer";
  view.count = "? / ?";
  view.slots = "free slots not known";
  view.upstream.words = "upstream not known";
  view.holders.none = "Not known.";
  view.alarms.push_back({Level::bad, "The gate's state is not known", std::move(reason), ""});
  return view;
}

}  // namespace taskgate::view
