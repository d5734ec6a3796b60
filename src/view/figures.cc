#include "view/figures.h"

#include <optional>
#include <string>
#include <utility>

#include "view/holders.h"
#include "view/status_members.h"
#include "view/words.h"

namespace taskgate::view {
namespace {

namespace json = boost::json;

constexpr std::size_t kIdleNames = 3;

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

std::string span_at(const json::value& row, std::string_view pointer) {
  const json::value* found = find(row, pointer);
  if (found == nullptr || !found->is_number()) return "";
  boost::system::error_code error;
  return span_in_words(found->to_number<double>(error));
}

// What a refused client is told now, and what that stands on.
std::string retry_in_words(const json::value& status) {
  if (is(status, "/draining", true)) return "a few seconds, while it drains";
  const std::string span = span_at(status, "/retry_after/window_seconds");
  if (span.empty()) return kNotKnown;
  return span + ", " +
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

std::string upstream_in_words(const json::value& status) {
  std::string words = text(status, "/upstream/address", kNotKnown);
  const std::string state = text(status, "/upstream/state");
  if (state == "ok") append(words, "answers");
  if (state == "failing") append(words, "does not answer");
  const auto failed = number(status, "/upstream/failures_last_minute").value_or(0);
  if (failed > 0) append(words, std::to_string(failed) + " failed in the last minute");
  const auto waiting = number(status, "/upstream/connects_waiting").value_or(0);
  if (waiting > 0) append(words, std::to_string(waiting) + " waiting to connect");
  const auto since = number(status, "/upstream/last_failure/age_seconds");
  if (since && state != "failing") {
    append(words, "last failure " + age_in_words(*since) + " ago (" +
                      text(status, "/upstream/last_failure/reason", "?") + ")");
  }
  return words;
}

// Why and when a slot should come free.
std::string slot_in_words(const json::value& status) {
  const std::string span = span_at(status, "/expected/slot_seconds");
  const std::string basis = text(status, "/expected/basis");
  const std::string soon = "A slot should come free in about " + span;
  if (basis == "recent") return soon + ", going by how they came free lately.";
  if (basis == "lifetimes") return soon + ", going by how long tasks live.";
  if (basis == "closed") return "The limit is 0: no slot comes free.";
  if (basis == "quiet") {
    const auto quiet = number(status, "/retry_after/quiet_seconds");
    return "No slot has come free" + (quiet ? " for " + age_in_words(*quiet) : std::string()) +
           ". Who is refused is told to come back in " + span + ".";
  }
  return "When a slot comes free is not known yet. Who is refused is told to come back in " + span +
         ".";
}

}  // namespace

void set_figures(const json::value& status, View& view) {
  view.figures = {{"Signal", signal_in_words(status)},
                  {"Upstream", upstream_in_words(status)},
                  {"Last minute", rates_in_words(status)},
                  {"Retry-After", retry_in_words(status)},
                  {"Reservations", reservations_in_words(status)},
                  {"Connections", connections_in_words(status)}};
  view.facts = {{"Listening on", text(status, "/listen", kNotKnown) +
                                     (is(status, "/listening", false) ? " (not now)" : "")},
                {"Configuration", configuration_in_words(status)},
                {"Started", time_in_words(text(status, "/started", kNotKnown))}};
  view.version = text(status, "/version", "?") + " (" + text(status, "/revision", "?") + ")";
  view.uptime_seconds = number(status, "/uptime_seconds").value_or(0);
}

void set_identity(const json::value& status, View& view) {
  for (const char* part : {"workspace", "pod", "namespace"}) {
    const std::string name = text(status, std::string("/identity/") + part);
    if (name.empty()) continue;
    if (view.name.empty() && std::string_view(part) != "namespace") view.name = name;
    append(view.identity, std::string(part) + " " + name);
  }
}

void set_upstream(const json::value& status, View& view) {
  const std::string state = text(status, "/upstream/state");
  const auto failed = number(status, "/upstream/failures_last_minute").value_or(0);
  if (state == "failing") {
    view.upstream = {Level::bad, "upstream: " + text(status, "/upstream/last_failure/reason", "?")};
  } else if (state == "ok" && failed > 0) {
    view.upstream = {Level::warning, "upstream: " + counted(failed, "failure") + " in a minute"};
  } else if (state == "ok") {
    view.upstream = {Level::good, "upstream answers"};
  } else {
    view.upstream = {std::nullopt,
                     state == "unused" ? "upstream not asked yet" : "upstream not known"};
  }
}

void set_totals(const json::value& status, View& view) {
  if (const auto live = number(status, "/peak/live")) {
    view.peak = std::to_string(*live) + " at " + time_in_words(text(status, "/peak/when", "?"));
  }
  const json::array* totals = list(status, "/totals");
  if (totals == nullptr) return;
  for (const json::value& row : *totals) {
    if (number(row, "/requests").value_or(1) == 0) continue;
    view.routes.push_back({.route = text(row, "/route"),
                           .admitted = number_in_words(row, "/admitted"),
                           .waited = number_in_words(row, "/waited"),
                           .refused = number_in_words(row, "/refused"),
                           .observed = number_in_words(row, "/observed"),
                           .errors = number_in_words(row, "/errors"),
                           .median = span_at(row, "/median_seconds"),
                           .p99 = span_at(row, "/p99_seconds")});
  }
}

void set_expected(const json::value& status, View& view) {
  if (find(status, "/expected") == nullptr || is(status, "/draining", true)) return;
  view.expected.push_back(view.observing ? "Nobody is refused for it: mode is observe."
                                         : slot_in_words(status));
  const std::string idle = longest_idle(view.holders, kIdleNames);
  if (!idle.empty()) view.expected.push_back("Idle for longest: " + idle + ".");
}

}  // namespace taskgate::view
