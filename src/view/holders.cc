#include "view/holders.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "view/status_members.h"
#include "view/words.h"

namespace taskgate::view {
namespace {

namespace json = boost::json;

// What is longer is cut in the middle.
constexpr std::size_t kNameLength = 36;
// A shorter common beginning is no word that is worth saying once.
constexpr std::size_t kPrefixLength = 3;
// As gate::kIdle has it: what runs in a session may print nothing for a while.
constexpr std::int64_t kIdleSeconds = 15 * 60;

HolderRow row_of(const json::value& holder) {
  return {.name = text(holder, "/name"),
          .origin = in_words(
              text(holder, "/origin"),
              {{"created", "gate"}, {"inherited", "earlier"}, {"unattributed", "other door"}}),
          .age_seconds = age(holder, "/age_seconds").value_or(0),
          .idle_seconds = age(holder, "/silent_seconds"),
          .ended = is(holder, "/ended", true),
          .attached = is(holder, "/attached", true),
          .view_of = text(holder, "/view_of"),
          .class_name = text(holder, "/class"),
          .route = text(holder, "/route"),
          .path_id = text(holder, "/path_id"),
          .request_id = text(holder, "/request_id")};
}

// What all names begin with, up to the end of a word, so that each keeps something of its own.
std::string common_prefix(const std::vector<HolderRow>& rows) {
  if (rows.size() < 2) return "";
  std::string_view common = rows.front().name;
  for (const HolderRow& row : rows) {
    const auto [end, _] = std::ranges::mismatch(common, row.name);
    common = common.substr(0, static_cast<std::size_t>(end - common.begin()));
    if (common.size() == row.name.size()) common.remove_suffix(1);
  }
  const auto word_end = common.find_last_of("-_./:");
  if (word_end == std::string_view::npos || word_end < kPrefixLength) return "";
  return std::string(common.substr(0, word_end + 1));
}

bool is_idle(const HolderRow& row) {
  return row.idle_seconds && *row.idle_seconds >= kIdleSeconds;
}

std::string short_name(std::string name, const std::string& prefix) {
  if (name.starts_with(prefix)) name.erase(0, prefix.size());
  return cut_in_the_middle(name, kNameLength);
}

bool idle_longer(const HolderRow& a, const HolderRow& b) {
  return a.idle_seconds.value_or(-1) > b.idle_seconds.value_or(-1);
}

// "60 sessions, 41 idle for 15 min or more, 3 ended".
std::string summary_of(std::span<const HolderRow> rows) {
  std::string words = counted(static_cast<std::int64_t>(rows.size()), "session");
  if (const auto idle = std::ranges::count_if(rows, is_idle); idle > 0) {
    append(words, std::to_string(idle) + " idle for " + age_in_words(kIdleSeconds) + " or more");
  }
  if (const auto ended = std::ranges::count_if(rows, &HolderRow::ended); ended > 0) {
    append(words, std::to_string(ended) + " ended");
  }
  return words;
}

void add_rows(const json::array& from, Holders& holders) {
  for (const json::value& holder : from) holders.rows.push_back(row_of(holder));
  holders.prefix = common_prefix(holders.rows);
  for (HolderRow& row : holders.rows) {
    row.short_name = short_name(row.name, holders.prefix);
    row.state = state_in_words(row, holders.prefix);
    row.from = row.route.empty() ? row.origin : named(row.route, row.path_id);
  }
  if (!holders.rows.empty()) holders.summary = summary_of(holders.rows);
}

}  // namespace

std::string state_in_words(const HolderRow& row, const std::string& prefix) {
  std::string words;
  if (row.ended) append(words, "ended");
  if (row.attached) append(words, "attached");
  if (!row.view_of.empty()) append(words, "second view of " + short_name(row.view_of, prefix));
  return words;
}

Holders holders_of(const json::value& status) {
  Holders holders;
  if (const json::array* known = list(status, "/holders")) {
    holders.none = "No task is running.";
    add_rows(*known, holders);
    return holders;
  }
  holders.none = "Not known.";
  const json::array* last = list(status, "/last_holders/holders");
  if (last == nullptr) return holders;
  add_rows(*last, holders);
  holders.are_old = true;
  const auto age = number(status, "/last_holders/age_seconds").value_or(0);
  holders.none = holders.rows.empty() ? "Not known now. " : "";
  holders.as_of = (holders.rows.empty() ? "None was there" : "As they were") +
                  std::string(" when they were last counted, ") + age_in_words(age) + " ago.";
  return holders;
}

void sort_idle_first(Holders& holders) {
  std::ranges::stable_sort(holders.rows, idle_longer);
}

void group_by_origin(Holders& holders) {
  const auto key = [](const HolderRow& row) { return row.route.empty() ? row.origin : row.route; };
  std::ranges::stable_sort(holders.rows, {}, key);
  for (auto at = holders.rows.begin(); at != holders.rows.end();) {
    const auto end = std::find_if(at, holders.rows.end(),
                                  [&](const HolderRow& row) { return key(row) != key(*at); });
    at->group = key(*at) + ": " + summary_of({at, end});
    at = end;
  }
}

std::string longest_idle(const Holders& holders, std::size_t most) {
  std::vector<HolderRow> idle;
  std::ranges::copy_if(holders.rows, std::back_inserter(idle), is_idle);
  std::ranges::stable_sort(idle, idle_longer);
  if (idle.size() > most) idle.resize(most);
  std::string words;
  for (const HolderRow& row : idle) {
    std::string since = age_in_words(*row.idle_seconds);
    append(since, row.state);
    append(words, row.short_name + " (" + since + ")");
  }
  return words;
}

}  // namespace taskgate::view
