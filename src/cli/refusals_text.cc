#include "cli/refusals_text.h"

#include <cstdint>
#include <vector>

#include "base/text.h"
#include "view/status_members.h"
#include "view/words.h"

namespace taskgate::cli {
namespace {

namespace json = boost::json;

constexpr std::int64_t kHour = 3600;
constexpr std::size_t kMostRows = 50;  // that the gate tells

// A gate that began lately knows of no more than its own time.
std::string time_in_words(const json::value& status) {
  const std::int64_t uptime = view::number(status, "/uptime_seconds").value_or(kHour);
  if (uptime >= kHour) return "in the last hour";
  return "since the gate's start, " + view::age_in_words(uptime) + " ago";
}

std::int64_t sum_of(const json::array& rows, std::string_view count) {
  std::int64_t sum = 0;
  for (const json::value& row : rows) sum += view::number(row, count).value_or(0);
  return sum;
}

void write_nobody(const json::value& status, Writer& out) {
  out.line("No create was refused " + time_in_words(status) + ".");
  if (view::text(status, "/mode") == "observe") {
    const json::array* observed = view::list(status, "/observed");
    const std::int64_t count = observed == nullptr ? 0 : sum_of(*observed, "/last_hour");
    out.paragraph("Nothing is enforced (mode is observe): " + std::to_string(count) +
                      " would have been in the last hour, which taskgate status shows by route.",
                  0);
  }
  out.paragraph("Older ones are in the log: event admission, by decision, route, id and class.", 0);
}

// "2026-01-31T12:00:00.000Z" as "12:00:00"; anything else as it is.
std::string time_of_day(const std::string& time) {
  return time.size() == 24 && time[10] == 'T' ? time.substr(11, 8) : printable(time);
}

void write_sums(const json::value& status, const json::array& sums, Writer& out) {
  const std::string count = std::to_string(sum_of(sums, "/count"));
  out.line("Creates refused " + time_in_words(status) + ": " +
           (sums.size() < kMostRows ? count : "at least " + count) + ", most first");
  out.line();
  const json::array* classes = view::list(status, "/classes");
  const bool has_classes = classes != nullptr && !classes->empty();
  std::vector<Writer::Row> rows{
      {"COUNT", "ROUTE", "ID", "CLASS", "REASON", "LAST (UTC)", "REQUEST"}};
  for (const json::value& sum : sums) {
    rows.push_back({view::number_in_words(sum, "/count"), printable(view::text(sum, "/route")),
                    printable(view::text(sum, "/id", "-")),
                    has_classes ? printable(view::text(sum, "/class")) : "",
                    view::text(sum, "/reason"), time_of_day(view::text(sum, "/last")),
                    printable(view::text(sum, "/last_request_id"))});
  }
  leave_out_empty_columns(rows);
  out.table(rows);
  out.line();
  out.paragraph(
      "REQUEST is the id of the last one of its row. Its answer has it too (X-Request-Id), its "
      "line in the log, unless a storm left that out, and taskgate status while it is one of the "
      "last ten.",
      0);
}

}  // namespace

std::string refusals_text(const json::value& status, const TextStyle& style) {
  Writer out(style);
  const json::array* sums = view::list(status, "/refused_last_hour");
  if (sums == nullptr) {
    out.line("This gate does not sum up whom it refused: it is older than this command.");
  } else if (sums->empty()) {
    write_nobody(status, out);
  } else {
    write_sums(status, *sums, out);
  }
  return out.take();
}

}  // namespace taskgate::cli
