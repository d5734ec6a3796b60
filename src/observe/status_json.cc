#include "observe/status_json.h"

#include <boost/json.hpp>
#include <optional>
#include <string_view>

#include "base/json.h"
#include "base/time.h"
#include "base/version.h"

namespace taskgate::observe {
namespace {

namespace json = boost::json;
using WallTime = std::chrono::system_clock::time_point;

// A line can be of thousands; who looks wants its head and its length.
constexpr std::size_t kLineRows = 100;
constexpr std::size_t kSumRows = 50;

// Session names are any bytes, and Boost.JSON writes strings as they are.
json::value text(std::string_view raw) {
  std::string quoted;
  append_json_string(quoted, raw);
  return json::parse(quoted);
}

json::value text_or_null(std::string_view raw) {
  return raw.empty() ? json::value() : text(raw);
}

template <typename Number>
json::value or_null(const std::optional<Number>& number) {
  return number ? json::value(*number) : json::value();
}

std::int64_t whole_seconds(WallTime from, WallTime to) {
  return std::chrono::floor<std::chrono::seconds>(to - from).count();
}

json::object reservations(const gate::Snapshot& gate) {
  return {{"total", gate.reservations()},
          {"in_flight", gate.in_flight},
          {"settling", gate.settling},
          {"abandoned", gate.abandoned}};
}

json::object signal(const gate::Snapshot& gate) {
  json::value age;
  if (gate.signal_age) age = to_seconds(*gate.signal_age);
  return {{"state", gate::name_of(gate.signal)},
          {"fault", text_or_null(gate.signal_fault)},
          {"detail", text_or_null(gate.signal_detail)},
          {"age_seconds", age},
          {"match_wrong", gate.match_wrong}};
}

void add_details(const tmux::Details& details, WallTime now, json::object& to) {
  if (details.silent_since) {
    const WallTime since{std::chrono::seconds(*details.silent_since)};
    to["silent_since"] = format_wall_time(since);
    to["silent_seconds"] = whole_seconds(since, now);
  }
  to["attached"] = details.attached;
  if (details.ended) to["ended"] = *details.ended;
  to["view_of"] = text_or_null(details.view_of);
}

json::array sessions(const std::vector<gate::Holder>& holders, WallTime now) {
  json::array all;
  for (const gate::Holder& holder : holders) {
    const WallTime created{std::chrono::seconds(holder.created)};
    all.push_back(json::object{{"name", text(holder.name)},
                               {"id", holder.id},
                               {"created", format_wall_time(created)},
                               {"age_seconds", whole_seconds(created, now)},
                               {"origin", gate::name_of(holder.origin)},
                               {"class", text_or_null(holder.class_name)},
                               {"route", text_or_null(holder.maker.route)},
                               {"path_id", text_or_null(holder.maker.path_id)},
                               {"request_id", text_or_null(holder.maker.request_id)},
                               {"silent_since", nullptr},
                               {"silent_seconds", nullptr},
                               {"attached", nullptr},
                               {"ended", nullptr},
                               {"view_of", nullptr}});
    if (holder.details) add_details(*holder.details, now, all.back().as_object());
  }
  return all;
}

// Null, not empty, while the count is unknown: nobody is known to hold a slot, which is not the
// same as nobody.
json::value holders(const gate::Snapshot& gate, WallTime now) {
  return gate.live ? json::value(sessions(gate.holders, now)) : json::value();
}

// Who held the slots when they were counted last: shown apart from those that are known to.
json::value last_holders(const gate::Snapshot& gate, WallTime now) {
  if (gate.live || !gate.signal_age) return nullptr;
  const auto age = std::chrono::floor<std::chrono::seconds>(*gate.signal_age);
  return json::object{{"counted", format_wall_time(now - age)},
                      {"age_seconds", age.count()},
                      {"holders", sessions(gate.last_holders, now)}};
}

json::array classes(const gate::Snapshot& gate) {
  json::array all;
  for (const gate::ClassState& each : gate.classes) {
    all.push_back(json::object{{"name", text(each.name)},
                               {"used", gate.live ? json::value(each.used) : json::value()},
                               {"cap", each.cap},
                               {"floor", each.floor},
                               {"waiting", each.waiting}});
  }
  return all;
}

json::array line(const Status& status) {
  json::array rows;
  for (const gate::InLine& each : status.gate.line) {
    if (rows.size() == kLineRows) break;
    const Duration waited = status.taken - each.since;
    rows.push_back(
        json::object{{"place", rows.size() + 1},
                     {"class", text(each.class_name)},
                     {"route", text(each.route)},
                     {"id", text_or_null(each.path_id)},
                     {"waited_seconds", std::chrono::floor<std::chrono::seconds>(waited).count()}});
  }
  return rows;
}

json::value retry_after(const gate::Snapshot& gate) {
  if (!gate.live) return nullptr;
  const gate::Turnover& seen = gate.turnover;
  json::value mean_lifetime;
  if (seen.mean_lifetime) mean_lifetime = to_seconds(*seen.mean_lifetime);
  return {{"window_seconds", gate.retry.seconds},
          {"basis", gate::name_of(gate.retry.basis)},
          {"freed", seen.freed},
          {"watched_seconds", to_seconds(seen.watched)},
          {"ended", seen.ended},
          {"mean_lifetime_seconds", mean_lifetime},
          {"mean_age_seconds", to_seconds(seen.mean_age)},
          {"quiet_seconds", to_seconds(seen.quiet)}};
}

json::value expected(const std::optional<gate::RetryWindow>& window) {
  if (!window) return nullptr;
  return {{"slot_seconds", window->seconds}, {"basis", gate::name_of(window->basis)}};
}

json::array refusals(const std::vector<RecentRefusal>& recent, WallTime now) {
  json::array all;
  for (const RecentRefusal& refusal : recent) {
    const gate::Verdict& verdict = refusal.verdict;
    all.push_back(json::object{
        {"when", format_wall_time(refusal.when)},
        {"age_seconds", whole_seconds(refusal.when, now)},
        {"route", text(refusal.route)},
        {"id", text_or_null(refusal.path_id)},
        {"class", text(verdict.class_name)},
        {"decision", gate::name_of(verdict.decision)},
        {"reason", verdict.reason ? json::value(gate::name_of(*verdict.reason)) : json::value()},
        {"fault", text_or_null(verdict.fault)},
        {"live", or_null(verdict.live)},
        {"reserved", verdict.reserved},
        {"limit", verdict.limit},
        {"retry_after", refusal.retry_after},
        {"request_id", text_or_null(refusal.request_id)}});
  }
  return all;
}

json::array refused_last_hour(const std::vector<RefusalSum>& rows) {
  json::array all;
  for (const RefusalSum& row : rows) {
    if (all.size() == kSumRows) break;
    all.push_back(json::object{{"route", text(row.route)},
                               {"id", text_or_null(row.path_id)},
                               {"class", text(row.class_name)},
                               {"reason", gate::name_of(row.reason)},
                               {"count", row.last_hour},
                               {"last_request_id", text_or_null(row.last_request_id)},
                               {"last", format_wall_time(row.last)}});
  }
  return all;
}

json::array observed(const std::vector<RefusalSum>& rows) {
  json::array all;
  for (const RefusalSum& row : rows) {
    all.push_back(json::object{{"route", text(row.route)},
                               {"class", text(row.class_name)},
                               {"reason", gate::name_of(row.reason)},
                               {"last_hour", row.last_hour},
                               {"last_day", row.last_day}});
  }
  return all;
}

// By columns: a row of names for each point would be most of the document.
json::object history(const std::vector<HistoryPoint>& points, const std::vector<HistoryMark>& met) {
  json::array steps_ago, signal, live, peak, reserved, limit, admitted, refused;
  for (const HistoryPoint& point : points) {
    steps_ago.push_back(point.steps_ago);
    signal.push_back(point.signal ? json::value(gate::name_of(*point.signal)) : json::value());
    live.push_back(or_null(point.live));
    peak.push_back(or_null(point.peak));
    reserved.push_back(point.reserved);
    limit.push_back(point.limit);
    admitted.push_back(point.admitted);
    refused.push_back(point.refused);
  }
  json::array marks;
  for (const HistoryMark& mark : met) {
    marks.push_back(json::object{{"steps_ago", mark.steps_ago}, {"kind", name_of(mark.kind)}});
  }
  return {{"step_seconds", History::kStep.count()},
          {"steps", History::kSteps},
          {"steps_ago", std::move(steps_ago)},
          {"signal", std::move(signal)},
          {"live", std::move(live)},
          {"peak", std::move(peak)},
          {"reserved", std::move(reserved)},
          {"limit", std::move(limit)},
          {"admitted", std::move(admitted)},
          {"refused", std::move(refused)},
          {"marks", std::move(marks)}};
}

json::value peak(const std::optional<Peak>& peak) {
  if (!peak) return nullptr;
  return {{"live", peak->live}, {"when", format_wall_time(peak->when)}};
}

json::array totals(const std::vector<RouteTotals>& routes) {
  json::array all;
  for (const RouteTotals& route : routes) {
    all.push_back(json::object{{"route", text(route.route)},
                               {"requests", route.requests},
                               {"admitted", route.admitted},
                               {"waited", route.waited},
                               {"refused", route.refused},
                               {"withdrawn", route.withdrawn},
                               {"observed", route.observed},
                               {"errors", route.errors},
                               {"median_seconds", or_null(route.median_seconds)},
                               {"p99_seconds", or_null(route.p99_seconds)}});
  }
  return all;
}

json::object connections(const Status& status) {
  const ConnectionCounts& counts = status.connections;
  return {{"active", counts.active},
          {"idle", counts.idle},
          {"streams", counts.streams},
          {"tunnels", counts.tunnels},
          {"limit", status.connections_limit}};
}

json::object upstream_connections(const UpstreamCounts& counts) {
  return {{"new", counts.fresh},
          {"reused", counts.reused},
          {"resent", counts.resent},
          {"idle", counts.idle}};
}

// Nothing is asked for it: what the last request met is what is known.
const char* state_of(const UpstreamHealth& health) {
  if (!health.answers) return "unused";
  return *health.answers ? "ok" : "failing";
}

json::object upstream(const Status& status, WallTime now) {
  const UpstreamHealth& health = status.upstream_health;
  json::value failure;
  if (const auto& last = health.last_failure) {
    failure = {{"when", format_wall_time(last->when)},
               {"age_seconds", whole_seconds(last->when, now)},
               {"reason", name_of(last->reason)},
               {"detail", last->detail}};
  }
  return {{"address", text(status.upstream)},
          {"state", state_of(health)},
          {"last_failure", failure},
          {"failures_last_minute", status.last_minute.upstream_failures},
          {"connects_waiting", health.connects_waiting}};
}

json::object identity(const Identity& identity) {
  return {{"pod", text_or_null(identity.pod)},
          {"namespace", text_or_null(identity.name_space)},
          {"workspace", text_or_null(identity.workspace)}};
}

json::object counts(const Counts& counts) {
  return {{"requests", counts.requests},
          {"admitted", counts.admitted},
          {"refused", counts.refused},
          {"withdrawn", counts.withdrawn}};
}

json::object configuration(const Status& status) {
  return {{"configured", status.configured},
          {"generation", status.config_generation},
          {"last_reload_success", status.config_last_reload_success},
          {"error", text_or_null(status.config_error)}};
}

}  // namespace

std::string to_json(const Status& status, WallTime now) {
  const gate::Snapshot& gate = status.gate;
  return json::serialize(
      json::object{{"live", or_null(gate.live)},
                   {"limit", gate.limit},
                   {"mode", gate.observing ? "observe" : "enforce"},
                   {"reservations", reservations(gate)},
                   {"slots_free", or_null(gate.slots_free())},
                   {"waiting", gate.waiting},
                   {"classes", classes(gate)},
                   {"line_length", gate.line.size()},
                   {"line", line(status)},
                   {"signal", signal(gate)},
                   {"holders", holders(gate, now)},
                   {"last_holders", last_holders(gate, now)},
                   {"retry_after", retry_after(gate)},
                   {"expected", expected(gate.expected)},
                   {"refusals", refusals(status.refusals, now)},
                   {"refused_last_hour", refused_last_hour(status.refused_last_hour)},
                   {"observed", observed(status.observed)},
                   {"history", history(status.history, status.marks)},
                   {"peak", peak(status.peak)},
                   {"totals", totals(status.totals)},
                   {"last_minute", counts(status.last_minute)},
                   {"bytes", {{"up", status.bytes.up}, {"down", status.bytes.down}}},
                   {"connections", connections(status)},
                   {"upstream_connections", upstream_connections(status.upstream_connections)},
                   {"upstream", upstream(status, now)},
                   {"listening", status.listening},
                   {"draining", status.draining},
                   {"drained", status.drained},
                   {"config", configuration(status)},
                   {"listen", text(status.listen)},
                   {"identity", identity(status.identity)},
                   {"version", kVersion},
                   {"revision", kRevision},
                   {"pid", status.pid},
                   {"started", format_wall_time(status.started)},
                   {"uptime_seconds", whole_seconds(status.started, now)}});
}

bool is_ready(const Status& status) {
  return status.listening && !status.draining;
}

std::string to_readiness_json(const Status& status) {
  return json::serialize(json::object{{"ready", is_ready(status)},
                                      {"listening", status.listening},
                                      {"draining", status.draining},
                                      {"drained", status.drained},
                                      {"signal", signal(status.gate)}});
}

}  // namespace taskgate::observe
