#include "view/alarms.h"

#include <algorithm>
#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "view/classes.h"
#include "view/status_members.h"
#include "view/words.h"

namespace taskgate::view {
namespace {

namespace json = boost::json;

struct SignalWords {
  std::string_view state;
  Level level;
  const char* badge;
  const char* title;
  const char* meaning;  // null: creates go on without a count
  const char* runbook;
};
constexpr std::array kSignals{
    SignalWords{"none", Level::bad, "not counted", "The sessions were not counted yet", "",
                "TaskgateSignalUnknown"},
    SignalWords{"held", Level::warning, "held", "The count is the last good one",
                "The last good count is used until tmux.hold is over.", "TaskgateSignalUnknown"},
    SignalWords{"unknown", Level::bad, "unknown", "The sessions cannot be counted", nullptr,
                "TaskgateSignalUnknown"},
    SignalWords{"blind", Level::bad, "blind", "The gate looks at the wrong tmux socket", nullptr,
                "TaskgateSignalBlind"},
};

const SignalWords* words_of_signal(const json::value& status) {
  const std::string state = text(status, "/signal/state");
  const auto found = std::ranges::find(kSignals, state, &SignalWords::state);
  return found == kSignals.end() ? nullptr : &*found;
}

const char* without_count(bool observing) {
  return observing ? "Creates pass without a count."
                   : "Creates are decided without a count, as tmux.on_unknown says.";
}

std::string sentences(std::string first, const std::string& second) {
  if (first.empty()) return second;
  if (second.empty()) return first;
  if (!first.ends_with('.')) first += '.';
  return first + " " + second;
}

void add_upstream_alarm(const json::value& status, View& view) {
  if (text(status, "/upstream/state") != "failing") return;
  const auto age = number(status, "/upstream/last_failure/age_seconds").value_or(0);
  const std::string last = "The last request got no answer, " + age_in_words(age) + " ago: ";
  view.alarms.push_back(
      {Level::bad,
       "The upstream does not answer: " + text(status, "/upstream/last_failure/reason", "?"),
       last + text(status, "/upstream/last_failure/detail", "look into the log"),
       "TaskgateUpstreamFailing"});
}

void add_signal_alarm(const json::value& status, View& view) {
  const SignalWords* words = words_of_signal(status);
  if (words == nullptr) return;
  std::string title = words->title;
  const std::string fault = text(status, "/signal/fault");
  if (!fault.empty() && fault != words->state) title += ": " + fault;
  const char* const meaning =
      words->meaning != nullptr ? words->meaning : without_count(view.observing);
  view.alarms.push_back({words->level, std::move(title),
                         sentences(text(status, "/signal/detail"), meaning), words->runbook});
}

void add_observing_alarm(View& view) {
  if (!view.observing) return;
  std::int64_t hour = 0;
  std::int64_t day = 0;
  for (const ObservedRow& row : view.observed) {
    hour += row.last_hour;
    day += row.last_day;
  }
  view.alarms.push_back({Level::warning, "Nothing is enforced: mode is observe",
                         "With mode: enforce " + counted(hour, "create") +
                             " of the last hour and " + std::to_string(day) +
                             " of the last day would have been refused or kept waiting.",
                         "TaskgateObserving"});
}

}  // namespace

void add_alarms(const json::value& status, View& view) {
  add_upstream_alarm(status, view);
  add_signal_alarm(status, view);
  if (is(status, "/signal/match_wrong", true)) {
    view.alarms.push_back({Level::bad, "tmux.match seems to be wrong",
                           "Creates make sessions, but none under a name that tmux.match takes, so "
                           "they are not counted.",
                           "TaskgateMatchWrong"});
  }
  const bool draining = is(status, "/draining", true);
  if (!draining && is(status, "/listening", false)) {
    view.alarms.push_back(
        {Level::bad, "The gate does not listen", "No client can connect.", "TaskgateDown"});
  }
  if (is(status, "/drained", true)) {
    view.alarms.push_back({Level::warning, "The gate is drained",
                           "Nothing is in flight any more; the process waits for its end.",
                           "TaskgateDrainStuck"});
  } else if (draining) {
    view.alarms.push_back({Level::warning, "The gate is draining",
                           "Creates are refused; what is in flight is finished.",
                           "TaskgateDrainStuck"});
  }
  if (is(status, "/config/configured", false)) {
    view.alarms.push_back({Level::bad, "The configuration is faulty",
                           sentences("Creates are refused until it is mended; all else passes",
                                     text(status, "/config/error")),
                           "TaskgateUnconfigured"});
  } else if (is(status, "/config/last_reload_success", false)) {
    view.alarms.push_back(
        {Level::warning, "The last reload of the configuration failed",
         sentences("Generation " + number_in_words(status, "/config/generation") + " stays in use",
                   text(status, "/config/error")),
         "TaskgateReloadFailed"});
  }
  add_observing_alarm(view);
  add_starved_alarms(status, view);
  if (!view.observing && view.live && *view.live > view.limit) {
    view.alarms.push_back({Level::warning, "More tasks are live than the limit allows",
                           "None is ended for it; creates are refused until enough have ended.",
                           "TaskgateOverLimit"});
  }
  std::ranges::stable_sort(view.alarms, std::greater{}, &Alarm::level);
}

void set_state(const json::value& status, View& view) {
  const auto set = [&](Level level, const char* state) {
    view.level = level;
    view.state = state;
  };
  const SignalWords* signal = words_of_signal(status);
  if (is(status, "/drained", true)) return set(Level::warning, "drained");
  if (is(status, "/draining", true)) return set(Level::warning, "draining");
  if (is(status, "/listening", false)) return set(Level::bad, "not listening");
  if (is(status, "/config/configured", false)) return set(Level::bad, "unconfigured");
  if (signal != nullptr && signal->level == Level::bad) return set(Level::bad, signal->badge);
  if (view.observing) return set(Level::warning, "observing");
  if (view.live && *view.live > view.limit) return set(Level::warning, "over the limit");
  if (number(status, "/slots_free") == 0) return set(Level::warning, "full");
  if (signal != nullptr) return set(signal->level, signal->badge);
  set(Level::good, "open");
}

}  // namespace taskgate::view
