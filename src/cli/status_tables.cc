#include "cli/status_tables.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "base/text.h"
#include "view/holders.h"
#include "view/words.h"

namespace taskgate::cli {
namespace {

using view::Cell;
using view::View;
using Rows = std::vector<Writer::Row>;

constexpr std::size_t kLineRows = 10;
constexpr std::size_t kHolderRows = 4;  // fewer of many tell nothing

struct CellText {
  char sign;
  const char* colours;
};

CellText text_of(Cell cell) {
  switch (cell) {
    case Cell::live:
      return {'#', "34"};
    case Cell::over:
      return {'!', "1;31"};
    case Cell::reserved:
      return {'+', "36"};
    case Cell::free:
      return {'.', "2"};
    case Cell::closed:
      return {'-', "2"};
    case Cell::unknown:
      return {'?', "1;31"};
  }
  return {'?', "1;31"};
}

// Where no classes are configured all are of the class `default`, which says nothing.
std::string class_of(const View& view, const std::string& name) {
  return view.classes.empty() ? "" : printable(name);
}

Table classes(const View& view, const Writer& out) {
  Rows rows{{"CLASS", "USED", "FLOOR", "CAP", "IN LINE", "SLOTS"}};
  for (const view::ClassRow& row : view.classes) {
    rows.push_back({printable(row.name), row.used ? std::to_string(*row.used) : "?",
                    std::to_string(row.floor), std::to_string(row.cap), std::to_string(row.waiting),
                    meter(row.meter, out)});
  }
  return {"", std::move(rows), "classes", 0, view.classes.size()};
}

Table line(const View& view) {
  Rows rows{{"PLACE", "CLASS", "ROUTE", "WAITS FOR"}};
  for (const view::LineRow& row : view.line) {
    if (rows.size() > kLineRows) break;
    rows.push_back({printable(row.place), printable(row.class_name),
                    printable(view::named(row.route, row.path_id)),
                    view::age_in_words(row.age_seconds)});
  }
  const auto rest = view.line_length - static_cast<std::int64_t>(rows.size() - 1);
  return {"", std::move(rows), "in line",
          static_cast<std::size_t>(std::max<std::int64_t>(rest, 0))};
}

std::string title_of(const view::Holders& holders, bool whole) {
  std::string title =
      holders.are_old ? "Who held a slot, which is not known now. " + holders.as_of : "";
  if (!holders.are_old) title = "Who holds a slot: " + holders.summary;
  if (!whole && !holders.prefix.empty()) title += "; all begin with " + printable(holders.prefix);
  return title;
}

Table holders(const View& view, bool whole) {
  Rows rows{{"SESSION", "IDLE", "STATE", "FROM", "CLASS", "AGE", "REQUEST"}};
  for (const view::HolderRow& row : view.holders.rows) {
    rows.push_back({printable(whole ? row.name : row.short_name),
                    row.idle_seconds ? view::age_in_words(*row.idle_seconds) : "",
                    printable(whole ? view::state_in_words(row, "") : row.state),
                    printable(row.from), class_of(view, row.class_name),
                    view::age_in_words(row.age_seconds), printable(row.request_id)});
  }
  leave_out_empty_columns(rows);
  return {title_of(view.holders, whole), std::move(rows), "sessions", 0, kHolderRows};
}

Table refusals(const View& view) {
  Rows rows{{"REFUSED", "ROUTE", "CLASS", "REASON", "LIVE", "TOLD", "REQUEST"}};
  for (const view::RefusalRow& row : view.refusals) {
    rows.push_back({view::age_in_words(row.age_seconds) + " ago",
                    printable(view::named(row.route, row.path_id)), class_of(view, row.class_name),
                    printable(row.reason), row.count, row.told, printable(row.request_id)});
  }
  leave_out_empty_columns(rows);
  return {"", std::move(rows), "refusals"};
}

Table observed(const View& view) {
  Rows rows{{"WOULD BE REFUSED", "CLASS", "REASON", "LAST HOUR", "LAST DAY"}};
  for (const view::ObservedRow& row : view.observed) {
    rows.push_back({printable(row.route), class_of(view, row.class_name), printable(row.reason),
                    std::to_string(row.last_hour), std::to_string(row.last_day)});
  }
  leave_out_empty_columns(rows);
  return {"", std::move(rows), "kinds that would be refused"};
}

Table routes(const View& view) {
  Rows rows{
      {"SINCE THE START", "ADMITTED", "WAITED", "REFUSED", "WOULD BE", "ERRORS", "MEDIAN", "99%"}};
  for (const view::RouteRow& row : view.routes) {
    rows.push_back({printable(row.route), row.admitted, row.waited, row.refused,
                    view.observing ? row.observed : "", row.errors, row.median, row.p99});
  }
  leave_out_empty_columns(rows);
  return {"", std::move(rows), "routes"};
}

}  // namespace

std::string meter(const std::vector<Cell>& cells, const Writer& out) {
  std::string text = "[";
  for (auto at = cells.begin(); at != cells.end();) {
    const auto end = std::find_if(at, cells.end(), [&](Cell cell) { return cell != *at; });
    const CellText kind = text_of(*at);
    text += out.coloured(kind.colours, std::string(static_cast<std::size_t>(end - at), kind.sign));
    at = end;
  }
  return text + "]";
}

std::vector<Table> tables_of(const View& view, const Writer& out, bool whole) {
  std::vector<Table> tables;
  if (!view.classes.empty()) tables.push_back(classes(view, out));
  if (!view.line.empty()) tables.push_back(line(view));
  if (!view.holders.rows.empty()) tables.push_back(holders(view, whole));
  if (!view.observed.empty()) tables.push_back(observed(view));
  if (!view.refusals.empty()) tables.push_back(refusals(view));
  if (!view.routes.empty()) tables.push_back(routes(view));
  return tables;
}

}  // namespace taskgate::cli
