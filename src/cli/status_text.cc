#include "cli/status_text.h"

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "cli/status_tables.h"
#include "view/history.h"
#include "view/view.h"
#include "view/words.h"

namespace taskgate::cli {
namespace {

using view::Level;
using view::View;

constexpr std::size_t kMeterCells = 40;
// On a screen that is not large: those that say whether all is well.
constexpr std::size_t kFirstFigures = 4;
// Lines that are kept for the sessions, with their head, from what stands above them.
constexpr std::size_t kHolderLines = 7;

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

std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(), to_upper);
  return text;
}

void write_head(const View& view, Writer& out) {
  out.line("taskgate " + view.version + ", up " + view::age_in_words(view.uptime_seconds));
  if (!view.identity.empty()) out.line(printable(view.identity));
  out.line();
  out.line(out.coloured(colours_of(view.level), " " + upper(view.state) + " ") + "  " +
           out.coloured("1", view.count) + "  " + meter(view.meter, out) + "  " + view.slots);
  for (const std::string& words : view.expected) out.paragraph(words, 1);
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

void write_no_holders(const View& view, Writer& out) {
  if (!view.holders.rows.empty()) return;
  out.line();
  out.line("Who holds a slot: " + view.holders.none + view.holders.as_of);
}

// With `most` rows under its head.
void write_table(const Table& table, std::size_t most, Writer& out) {
  out.line();
  if (!table.title.empty()) out.line(table.title);
  const std::size_t rows = std::min(table.rows.size(), most + 1);
  out.table({table.rows.begin(), table.rows.begin() + static_cast<std::ptrdiff_t>(rows)});
}

void write_all(const View& view, Writer& out) {
  write_facts(view.figures, out);
  write_facts(view.facts, out);
  write_no_holders(view, out);
  for (const Table& table : tables_of(view, out, true)) {
    write_table(table, table.rows.size(), out);
    if (table.rest > 0) out.line("... and " + std::to_string(table.rest) + " more " + table.what);
  }
}

// What has no room is named in the last line.
class Fitting {
 public:
  Fitting(std::size_t height, Writer& out) : height_(height), out_(out) {}

  std::size_t room() const {
    const std::size_t used = out_.lines() + 1;
    return height_ > used ? height_ - used : 0;
  }

  // `kept`: lines that what follows shall have.
  void add(const Table& table, std::size_t kept) {
    const std::size_t rows = table.rows.size() - 1;
    const std::size_t head = table.title.empty() ? 2 : 3;
    const std::size_t taken = head + kept;
    std::size_t shown = std::min(rows, room() > taken ? room() - taken : 0);
    if (shown < std::min(rows, table.least)) shown = 0;
    if (shown > 0) write_table(table, shown, out_);
    const std::size_t all = rows + table.rest;
    if (shown == all) return;
    const std::string of_all = shown > 0 ? " of " + std::to_string(all) : std::string();
    view::append(hidden_, std::to_string(all - shown) + of_all + " " + table.what);
  }

  void end() {
    if (!hidden_.empty()) out_.line("Not shown: " + hidden_);
  }

 private:
  std::size_t height_;
  Writer& out_;
  std::string hidden_;
};

void write_screen(const View& view, std::size_t height, Writer& out) {
  std::vector<view::Fact> figures = view.figures;
  figures.resize(std::min(figures.size(), kFirstFigures));
  write_facts(figures, out);
  write_no_holders(view, out);
  Fitting fitting(height, out);
  const auto tables = tables_of(view, out, false);
  const auto is_holders = [](const Table& table) { return table.what == "sessions"; };
  auto above = std::ranges::find_if(tables, is_holders) - tables.begin();
  for (const Table& table : tables) {
    const bool keeps = above-- > 0 && !view.holders.rows.empty();
    fitting.add(table, keeps ? kHolderLines : 0);
  }
  fitting.end();
}

}  // namespace

std::string status_text(const boost::json::value& status, const TextStyle& style) {
  View view = view::make_view(status, kMeterCells);
  view.figures.push_back({"History", view::history_in_words(view::history_of(status))});
  Writer out(style);
  write_head(view, out);
  write_alarms(view, out);
  if (style.height > 0) {
    write_screen(view, style.height, out);
  } else {
    write_all(view, out);
  }
  return out.take();
}

std::string status_line(const boost::json::value& status) {
  const View view = view::make_view(status, kMeterCells);
  std::string line = view.state + ": " + view.count + ", " + view.slots;
  for (const view::Alarm& alarm : view.alarms) line += "; " + alarm.title;
  return printable(line);
}

}  // namespace taskgate::cli
