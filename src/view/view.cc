#include "view/view.h"

#include <algorithm>
#include <utility>

#include "base/names.h"
#include "view/alarms.h"
#include "view/classes.h"
#include "view/scale.h"
#include "view/status_members.h"

namespace taskgate::view {
namespace {

namespace json = boost::json;

constexpr const char* kNotKnown = "not known";
constexpr std::size_t kRefusalRows = 10;

void append(std::string& sentence, const std::string& part) {
  if (part.empty()) return;
  if (!sentence.empty()) sentence += ", ";
  sentence += part;
}

// The words for a value of a fixed vocabulary; one that came later is shown as it is.
using Vocabulary = std::pair<std::string_view, const char*>;
std::string in_words(std::string word, std::initializer_list<Vocabulary> vocabulary) {
  for (const auto& [known, meaning] : vocabulary) {
    if (known == word) return meaning;
  }
  return word;
}

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

// --- Figures and facts

std::string signal_in_words(const json::value& status) {
  std::string words = text(status, "/signal/state", kNotKnown);
  const auto age = number(status, "/signal/age_seconds");
  const bool is_good = words == "known";
  append(words, age ? (is_good ? "counted " : "last counted ") + age_in_words(*age) + " ago"
                    : "never counted");
  return words;
}

std::string rates_in_words(const json::value& status) {
  return number_in_words(status, "/last_minute/admitted") + " admitted, " +
         number_in_words(status, "/last_minute/refused") + " refused";
}

// What a refused client is told now, and what that stands on.
std::string retry_in_words(const json::value& status) {
  const auto seconds = number(status, "/retry_after/window_seconds");
  if (!seconds) return kNotKnown;
  return age_in_words(*seconds) + ", " +
         in_words(text(status, "/retry_after/basis"), {{"recent", "from how slots came free"},
                                                       {"lifetimes", "from how long tasks live"},
                                                       {"quiet", "as long as none has ended"},
                                                       {"guess", "a guess"},
                                                       {"closed", "as the limit is 0"}});
}

std::string reservations_in_words(const json::value& status) {
  std::string words;
  for (const auto& [member, meaning] : {std::pair{"in_flight", "in flight"},
                                        {"settling", "settling"},
                                        {"abandoned", "abandoned"}}) {
    const auto count = number(status, std::string("/reservations/") + member);
    if (count.value_or(0) > 0) append(words, std::to_string(*count) + " " + meaning);
  }
  return words.empty() ? "none" : words;
}

std::string connections_in_words(const json::value& status) {
  return number_in_words(status, "/connections/active") + " active, " +
         number_in_words(status, "/connections/streams") + " streams, " +
         number_in_words(status, "/connections/tunnels") + " upgraded, " +
         number_in_words(status, "/connections/idle") + " idle; " +
         number_in_words(status, "/connections/limit") + " at most";
}

std::string configuration_in_words(const json::value& status) {
  if (is(status, "/config/configured", false)) return "faulty";
  return "generation " + number_in_words(status, "/config/generation") +
         (is(status, "/config/last_reload_success", false) ? ", last reload failed" : "");
}

// "2026-01-31T12:00:00.000Z" as "2026-01-31 12:00:00 UTC"; anything else as it is.
std::string time_in_words(std::string time) {
  if (time.size() != 24 || time[10] != 'T' || !time.ends_with('Z')) return time;
  time[10] = ' ';
  return time.substr(0, 19) + " UTC";
}

std::string upstream_in_words(const json::value& status) {
  std::string words = text(status, "/upstream/address", kNotKnown);
  const std::string state = text(status, "/upstream/state");
  if (state == "ok") append(words, "answers");
  if (state == "failing") append(words, "does not answer");
  const auto failed = number(status, "/upstream/failures_last_minute");
  if (failed.value_or(0) > 0) {
    append(words, std::to_string(*failed) + " failed in the last minute");
  }
  return words;
}

void set_figures(const json::value& status, View& view) {
  view.figures = {{"Signal", signal_in_words(status)},
                  {"Last minute", rates_in_words(status)},
                  {"Retry-After", retry_in_words(status)},
                  {"Reservations", reservations_in_words(status)},
                  {"Connections", connections_in_words(status)}};
  view.facts = {{"Listening on", text(status, "/listen", kNotKnown) +
                                     (is(status, "/listening", false) ? " (not now)" : "")},
                {"Upstream", upstream_in_words(status)},
                {"Configuration", configuration_in_words(status)},
                {"Started", time_in_words(text(status, "/started", kNotKnown))}};
  view.version = text(status, "/version", "?") + " (" + text(status, "/revision", "?") + ")";
  view.uptime_seconds = number(status, "/uptime_seconds").value_or(0);
}

// --- Tables

// Why somebody may want to look after it.
std::string state_in_words(const json::value& holder) {
  std::string words;
  if (is(holder, "/ended", true)) append(words, "ended");
  const std::string viewed = text(holder, "/view_of");
  if (!viewed.empty()) append(words, "second view of " + viewed);
  if (is(holder, "/attached", true)) append(words, "attached");
  const std::string since = text(holder, "/silent_since");
  if (!since.empty()) append(words, "idle since " + time_in_words(since));
  return words;
}

void set_holders(const json::value& status, View& view) {
  const json::array* holders = list(status, "/holders");
  view.no_holders = holders == nullptr ? "Not known." : "No task is running.";
  if (holders == nullptr) return;
  for (const json::value& holder : *holders) {
    view.holders.push_back(
        {text(holder, "/name"),
         in_words(text(holder, "/origin"),
                  {{"created", "gate"}, {"inherited", "earlier"}, {"unattributed", "other door"}}),
         number(holder, "/age_seconds").value_or(0), state_in_words(holder), text(holder, "/class"),
         text(holder, "/route"), text(holder, "/request_id")});
  }
}

std::string reason_in_words(const json::value& refusal) {
  return in_words(text(refusal, "/reason"), {{"full", "no free slot"},
                                             {"promised", "free slots promised"},
                                             {"class_full", "no slot for its class"},
                                             {"line_full", "line is full"},
                                             {"unknown", "count unknown"},
                                             {"blind", "wrong socket"},
                                             {"unconfigured", "no configuration"}});
}

void set_refusals(const json::value& status, View& view) {
  const json::array* refusals = list(status, "/refusals");
  if (refusals == nullptr) return;
  for (const json::value& refusal : *refusals) {
    if (view.refusals.size() == kRefusalRows) return;
    view.refusals.push_back(
        {text(refusal, "/when"), number(refusal, "/age_seconds").value_or(0),
         text(refusal, "/route"), reason_in_words(refusal),
         number_in_words(refusal, "/live") + " of " + number_in_words(refusal, "/limit"),
         text(refusal, "/class")});
  }
}

void set_observed(const json::value& status, View& view) {
  view.observing = text(status, "/mode") == "observe";
  const json::array* rows = list(status, "/observed");
  if (rows == nullptr) return;
  for (const json::value& row : *rows) {
    view.observed.push_back({text(row, "/route"), reason_in_words(row),
                             number(row, "/last_hour").value_or(0),
                             number(row, "/last_day").value_or(0), text(row, "/class")});
  }
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

std::string age_in_words(std::int64_t seconds) {
  constexpr std::int64_t minute = 60, hour = 60 * minute, day = 24 * hour;
  const auto pair = [&](std::int64_t large, const char* name, std::int64_t small,
                        const char* rest_name) {
    std::string words = std::to_string(seconds / large) + name;
    if (const auto rest = seconds % large / small; rest > 0) {
      words += " " + std::to_string(rest) + rest_name;
    }
    return words;
  };
  seconds = std::max<std::int64_t>(seconds, 0);
  if (seconds < minute) return std::to_string(seconds) + " s";
  if (seconds < hour) return std::to_string(seconds / minute) + " min";
  if (seconds < day) return pair(hour, " h", minute, " min");
  return pair(day, " d", hour, " h");
}

View make_view(const json::value& status, std::size_t cells) {
  View view;
  set_slots(status, view, cells);
  set_observed(status, view);
  set_classes(status, view, cells);
  add_alarms(status, view);
  set_state(status, view);
  set_figures(status, view);
  set_holders(status, view);
  set_refusals(status, view);
  return view;
}

View view_without_state(std::string reason) {
  View view;
  view.level = Level::bad;
  view.state = "no answer";
  view.count = "? / ?";
  view.slots = "free slots not known";
  view.no_holders = "Not known.";
  view.alarms.push_back({Level::bad, "The gate's state is not known", std::move(reason)});
  return view;
}

}  // namespace taskgate::view
