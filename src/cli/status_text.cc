#include "cli/status_text.h"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"
#include "view/history.h"
#include "view/view.h"

namespace taskgate::cli {
namespace {

using view::Cell;
using view::Level;
using view::View;

constexpr std::size_t kMeterCells = 40;
constexpr std::size_t kLineRows = 10;

const char* colours_of(Level level) {
  switch (level) {
    case Level::good:
      return "1;32";
    case Level::warning:
      return "1;33";
    case Level::bad:
      return "1;37;41";
  }
  return "1;37;41";
}

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

// Cells of a kind stand together, so that their colour is said once.
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

std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(), to_upper);
  return text;
}

void write_slots(const View& view, Writer& out) {
  out.line("taskgate " + view.version + ", up " + view::age_in_words(view.uptime_seconds));
  out.line();
  out.line(out.coloured(colours_of(view.level), " " + upper(view.state) + " ") + "  " +
           out.coloured("1", view.count) + "  " + meter(view.meter, out) + "  " + view.slots);
  out.line();
}

void write_alarms(const View& view, Writer& out) {
  for (const view::Alarm& alarm : view.alarms) {
    const char* sign = alarm.level == Level::bad ? "!! " : "!  ";
    out.line(out.coloured(colours_of(alarm.level), sign + printable(alarm.title)));
    out.paragraph(alarm.text, 3);
    out.line();
  }
}

void write_facts(const std::vector<view::Fact>& facts, Writer& out) {
  for (const view::Fact& fact : facts) {
    out.line(padded(fact.name, 15) + printable(fact.value));
  }
}

// A column of a table that is there only where classes are configured; the first row is the head.
template <typename Shown>
void insert_column(std::vector<Writer::Row>& rows, std::ptrdiff_t at, const char* head,
                   const std::vector<Shown>& shown, std::string Shown::*member) {
  rows.front().insert(rows.front().begin() + at, head);
  for (std::size_t i = 0; i < shown.size(); ++i) {
    rows[i + 1].insert(rows[i + 1].begin() + at, printable(shown[i].*member));
  }
}

void write_classes(const View& view, Writer& out) {
  if (view.classes.empty()) return;
  out.line();
  std::vector<Writer::Row> rows{{"CLASS", "USED", "FLOOR", "CAP", "IN LINE", "SLOTS"}};
  for (const view::ClassRow& row : view.classes) {
    rows.push_back({printable(row.name), row.used ? std::to_string(*row.used) : "?",
                    std::to_string(row.floor), std::to_string(row.cap), std::to_string(row.waiting),
                    meter(row.meter, out)});
  }
  out.table(rows);
}

void write_line(const View& view, Writer& out) {
  if (view.line.empty()) return;
  out.line();
  std::vector<Writer::Row> rows{{"PLACE", "CLASS", "ROUTE", "WAITS FOR"}};
  for (const view::LineRow& row : view.line) {
    if (rows.size() > kLineRows) break;
    rows.push_back({printable(row.place), printable(row.class_name), printable(row.route),
                    view::age_in_words(row.age_seconds)});
  }
  out.table(rows);
  const auto rest = view.line_length - static_cast<std::int64_t>(rows.size() - 1);
  if (rest > 0) out.line("... and " + std::to_string(rest) + " more");
}

void write_holders(const View& view, Writer& out) {
  out.line();
  if (view.holders.empty()) return out.line("Who holds a slot: " + view.no_holders);
  std::vector<Writer::Row> rows{{"SESSION", "ORIGIN", "AGE", "STATE"}};
  for (const view::HolderRow& row : view.holders) {
    rows.push_back({printable(row.name), printable(row.origin), view::age_in_words(row.age_seconds),
                    printable(row.state)});
  }
  if (!view.classes.empty()) {
    insert_column(rows, 2, "CLASS", view.holders, &view::HolderRow::class_name);
    insert_column(rows, 3, "ROUTE", view.holders, &view::HolderRow::route);
    insert_column(rows, 4, "REQUEST", view.holders, &view::HolderRow::request_id);
  }
  out.table(rows);
}

void write_refusals(const View& view, Writer& out) {
  if (view.refusals.empty()) return;
  out.line();
  std::vector<Writer::Row> rows{{"REFUSED", "ROUTE", "REASON", "LIVE"}};
  for (const view::RefusalRow& row : view.refusals) {
    rows.push_back({view::age_in_words(row.age_seconds) + " ago", printable(row.route),
                    printable(row.reason), row.count});
  }
  if (!view.classes.empty()) {
    insert_column(rows, 2, "CLASS", view.refusals, &view::RefusalRow::class_name);
  }
  out.table(rows);
}

void write_observed(const View& view, Writer& out) {
  if (view.observed.empty()) return;
  out.line();
  std::vector<Writer::Row> rows{{"WOULD BE REFUSED", "REASON", "LAST HOUR", "LAST DAY"}};
  for (const view::ObservedRow& row : view.observed) {
    rows.push_back({printable(row.route), printable(row.reason), std::to_string(row.last_hour),
                    std::to_string(row.last_day)});
  }
  if (!view.classes.empty()) {
    insert_column(rows, 1, "CLASS", view.observed, &view::ObservedRow::class_name);
  }
  out.table(rows);
}

}  // namespace

std::string status_text(const boost::json::value& status, const TextStyle& style) {
  View view = view::make_view(status, kMeterCells);
  view.figures.push_back({"History", view::history_in_words(view::history_of(status))});
  Writer out(style);
  write_slots(view, out);
  write_alarms(view, out);
  write_facts(view.figures, out);
  write_facts(view.facts, out);
  write_classes(view, out);
  write_line(view, out);
  write_holders(view, out);
  write_observed(view, out);
  write_refusals(view, out);
  return out.take();
}

std::string status_line(const boost::json::value& status) {
  const View view = view::make_view(status, kMeterCells);
  std::string line = view.state + ": " + view.count + ", " + view.slots;
  for (const view::Alarm& alarm : view.alarms) line += "; " + alarm.title;
  return printable(line);
}

}  // namespace taskgate::cli
