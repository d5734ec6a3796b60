#include "view/classes.h"

#include <algorithm>
#include <string>

#include "view/scale.h"
#include "view/status_members.h"

namespace taskgate::view {
namespace {

namespace json = boost::json;

std::string words_of(const ClassRow& row) {
  std::string words = row.used ? std::to_string(*row.used) + " used" : "use not known";
  if (row.floor > 0) words += ", floor " + std::to_string(row.floor);
  words += ", cap " + std::to_string(row.cap);
  if (row.waiting > 0) words += ", " + std::to_string(row.waiting) + " in line";
  return words;
}

std::vector<Cell> draw_class(const ClassRow& row, const Scale& scaled) {
  if (!row.used) return std::vector<Cell>(static_cast<std::size_t>(scaled.cells()), Cell::unknown);
  std::vector<Cell> cells;
  for (std::int64_t i = 0; i < scaled.cells(); ++i) {
    const bool within = i < scaled(row.cap);
    if (i < scaled(*row.used)) {
      cells.push_back(within ? Cell::live : Cell::over);
    } else if (i < scaled(row.floor)) {
      cells.push_back(Cell::reserved);
    } else {
      cells.push_back(within ? Cell::free : Cell::closed);
    }
  }
  return cells;
}

void set_line(const json::value& status, View& view) {
  view.line_length = number(status, "/line_length").value_or(0);
  const json::array* line = list(status, "/line");
  if (line == nullptr) return;
  for (const json::value& one : *line) {
    view.line.push_back({number_in_words(one, "/place"), text(one, "/class"), text(one, "/route"),
                         text(one, "/id"), number(one, "/waited_seconds").value_or(0)});
  }
}

// Live sessions that are of no class for certain. What is promised may live already: then its
// create is not answered yet, and the session counts for a class by its reservation.
std::int64_t of_no_class(const View& view) {
  std::int64_t rest = view.live.value_or(0);
  for (const ClassRow& row : view.classes) rest -= row.used.value_or(0);
  return rest;
}

}  // namespace

void set_classes(const json::value& status, View& view, std::size_t cells) {
  set_line(status, view);
  const json::array* classes = list(status, "/classes");
  if (classes == nullptr) return;
  std::int64_t slots = view.limit;
  for (const json::value& one : *classes) {
    view.classes.push_back({.name = text(one, "/name"),
                            .used = number(one, "/used"),
                            .cap = number(one, "/cap").value_or(0),
                            .floor = number(one, "/floor").value_or(0),
                            .waiting = number(one, "/waiting").value_or(0)});
    slots = std::max(slots, view.classes.back().used.value_or(0));
  }
  const Scale scaled(slots, cells);
  for (ClassRow& row : view.classes) {
    row.words = words_of(row);
    row.meter = draw_class(row, scaled);
    row.floor_cells = static_cast<std::size_t>(scaled(row.floor));
  }
}

void add_starved_alarms(const json::value& status, View& view) {
  const std::int64_t others = of_no_class(view);
  const auto promised = number(status, "/reservations/total").value_or(0);
  const bool is_full = view.live && *view.live + promised >= view.limit;
  if (view.observing || !is_full || others <= 0) return;
  for (const ClassRow& row : view.classes) {
    if (!row.used || *row.used >= row.floor) continue;
    view.alarms.push_back(
        {Level::warning, "Other doors have taken slots that are kept for " + row.name,
         "It has " + std::to_string(*row.used) + " of its floor of " + std::to_string(row.floor) +
             "; no slot is free, and " + std::to_string(others) +
             " are taken by sessions of no class. None is ended for it.",
         "TaskgateClassStarved"});
  }
}

}  // namespace taskgate::view
