#include "admin/page_parts.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/text.h"
#include "view/words.h"

namespace taskgate::admin {
namespace {

namespace json = boost::json;

using view::age_in_words;
using view::Level;
using view::View;

// More rows than a glance takes in: they scroll by themselves and can be searched.
constexpr std::size_t kManyRows = 14;

// A shape beside each colour.
const char* sign_of(Level level) {
  switch (level) {
    case Level::good:
      return "\u2713";
    case Level::warning:
      return "\u25B2";
    case Level::bad:
      return "!";
  }
  return "!";
}

template <typename Row, typename Make>
json::array each(const std::vector<Row>& rows, Make make) {
  json::array made;
  for (const Row& row : rows) made.push_back(make(row));
  return made;
}

// The anchor of the runbook's section.
std::string anchor_of(std::string alert) {
  std::ranges::transform(alert, alert.begin(), to_lower);
  return alert;
}

json::object alarm(const view::Alarm& alarm) {
  return {{"level", name_of(alarm.level)},
          {"sign", sign_of(alarm.level)},
          {"title", alarm.title},
          {"has_text", !alarm.text.empty()},
          {"text", alarm.text},
          {"has_runbook", !alarm.runbook.empty()},
          {"anchor", anchor_of(alarm.runbook)}};
}

json::object cell(view::Cell cell) {
  return {{"kind", name_of(cell)}};
}

json::object fact(const view::Fact& fact) {
  return {{"name", fact.name}, {"value", fact.value}};
}

json::object sentence(const std::string& words) {
  return {{"words", words}};
}

json::object holder(const view::HolderRow& row) {
  return {{"name", row.name},
          {"short_name", row.short_name},
          {"has_group", !row.group.empty()},
          {"group", row.group},
          {"from", row.from},
          {"seconds", row.age_seconds},
          {"age", age_in_words(row.age_seconds)},
          {"has_idle", row.idle_seconds.has_value()},
          {"idle_seconds", row.idle_seconds.value_or(0)},
          {"idle", age_in_words(row.idle_seconds.value_or(0))},
          {"state", row.state},
          {"class", row.class_name},
          {"request_id", row.request_id}};
}

json::object class_row(const view::ClassRow& row) {
  json::array meter;
  for (std::size_t i = 0; i < row.meter.size(); ++i) {
    const std::string kind(name_of(row.meter[i]));
    meter.push_back(json::object{{"kind", i < row.floor_cells ? kind + " floor" : kind}});
  }
  return {{"name", row.name}, {"words", row.words}, {"meter", std::move(meter)}};
}

json::object line_row(const view::LineRow& row) {
  return {{"place", row.place},
          {"class", row.class_name},
          {"from", view::named(row.route, row.path_id)},
          {"seconds", row.age_seconds},
          {"age", age_in_words(row.age_seconds)}};
}

json::object refusal(const view::RefusalRow& row) {
  return {{"when", row.when},
          {"seconds", row.age_seconds},
          {"age", age_in_words(row.age_seconds)},
          {"from", view::named(row.route, row.path_id)},
          {"reason", row.reason},
          {"count", row.count},
          {"class", row.class_name},
          {"told", row.told},
          {"request_id", row.request_id}};
}

json::object refusal_sum(const view::RefusalSumRow& row) {
  return {{"from", view::named(row.route, row.path_id)},
          {"class", row.class_name},
          {"reason", row.reason},
          {"count", row.count},
          {"when", row.last},
          {"last", view::time_in_words(row.last)},
          {"request_id", row.last_request_id}};
}

json::object observed(const view::ObservedRow& row) {
  return {{"route", row.route},
          {"class", row.class_name},
          {"reason", row.reason},
          {"hour", row.last_hour},
          {"day", row.last_day}};
}

json::object route(const view::RouteRow& row) {
  return {{"route", row.route},       {"admitted", row.admitted},
          {"waited", row.waited},     {"refused", row.refused},
          {"observed", row.observed}, {"errors", row.errors},
          {"median", row.median},     {"p99", row.p99}};
}

json::object order_link(Order order, Order now) {
  static constexpr std::array kWords{"oldest first", "idle first", "by origin"};
  const std::string_view query = query_of(order);
  return {{"words", kWords.at(static_cast<std::size_t>(order))},
          {"query", query.empty() ? "?" : query},
          {"is_now", order == now}};
}

void add_head(const View& view, json::object& to) {
  const std::string name = view.name.empty() ? "" : view.name + " ";
  to["title"] = view.count + " " + name + "taskgate";
  to["level"] = name_of(view.level);
  to["sign"] = sign_of(view.level);
  to["state"] = view.state;
  const auto level = view.upstream.level;
  to["upstream_level"] = level ? name_of(*level) : "unused";
  to["upstream_sign"] = level ? sign_of(*level) : "\u2013";
  to["upstream_state"] = view.upstream.words;
  to["has_identity"] = !view.identity.empty();
  to["identity"] = view.identity;
  to["version"] = view.version;
  to["uptime"] = age_in_words(view.uptime_seconds);
  to["alarms"] = each(view.alarms, alarm);
}

void add_slots(const View& view, json::object& to) {
  to["counted"] = view.live.has_value();
  to["live"] = view.live ? std::to_string(*view.live) : "?";
  to["most"] = std::max(view.limit, view.live.value_or(0));
  to["is_over"] = view.live.value_or(0) > view.limit;
  to["is_closed"] = std::ranges::count(view.meter, view::Cell::closed) > 0;
  to["meter"] = each(view.meter, cell);
  to["slots"] = view.slots;
  to["is_full"] = !view.expected.empty();
  to["expected"] = each(view.expected, sentence);
}

void add_classes(const View& view, json::object& to) {
  to["has_classes"] = !view.classes.empty();
  to["classes"] = each(view.classes, class_row);
  to["shows_line"] = !view.classes.empty() || view.line_length > 0;  // also of classes now gone
  to["line_length"] = view.line_length;
  to["has_line"] = !view.line.empty();
  to["line"] = each(view.line, line_row);
  const auto rest = view.line_length - static_cast<std::int64_t>(view.line.size());
  to["has_line_rest"] = rest > 0;
  to["line_rest"] = rest;
}

void add_holders(const view::Holders& holders, Order order, json::object& to) {
  to["has_holders"] = !holders.rows.empty();
  to["has_many"] = holders.rows.size() > kManyRows;
  to["has_two"] = holders.rows.size() > 1;
  to["are_old"] = holders.are_old;
  to["as_of"] = holders.as_of;
  to["no_holders"] = holders.none;
  to["holders_summary"] = holders.summary;
  to["has_prefix"] = !holders.prefix.empty();
  to["prefix"] = holders.prefix;
  to["holders"] = each(holders.rows, holder);
  json::array links;
  for (const Order each : kOrders) links.push_back(order_link(each, order));
  to["orders"] = std::move(links);
}

void add_refusals(const View& view, json::object& to) {
  to["has_observed"] = !view.observed.empty();
  to["observed"] = each(view.observed, observed);
  to["has_sums"] = !view.refused_lately.empty();
  to["sums"] = each(view.refused_lately, refusal_sum);
  to["has_refusals"] = !view.refusals.empty();
  to["refusals"] = each(view.refusals, refusal);
}

void add_totals(const View& view, json::object& to) {
  to["has_routes"] = !view.routes.empty();
  to["routes"] = each(view.routes, route);
  to["observing"] = view.observing;
  to["has_peak"] = !view.peak.empty();
  to["peak"] = view.peak;
}

json::object graph_label(const GraphLabel& label) {
  return {{"x", label.x}, {"anchor", label.anchor}, {"text", label.text}};
}

json::object moment(const view::Moment& moment) {
  return {{"x", moment.x}, {"words", moment.words}};
}

void add_graph(const Graph& graph, json::object& to) {
  to["has_graph"] = !graph.limit.empty();
  to["width"] = graph.width;
  to["last"] = graph.width - 1;
  to["height"] = Graph::kHeight;
  to["strip"] = Graph::kStrip;
  to["counted_path"] = graph.counted;
  to["carried"] = graph.carried;
  to["unknown"] = graph.unknown;
  to["limit_path"] = graph.limit;
  to["admitted"] = graph.admitted;
  to["refused"] = graph.refused;
  to["grid"] = graph.grid;
  to["marks"] = graph.marks;
  to["mark_labels"] = each(graph.mark_labels, graph_label);
  to["ticks"] = each(graph.ticks, graph_label);
  to["levels"] = each(graph.levels, sentence);
  to["busiest"] = graph.busiest;
  to["summary"] = graph.summary;
  to["moments"] = each(graph.moments, moment);
}

}  // namespace

json::object page_parts(const View& view, const Graph& graph, Order order) {
  json::object parts{{"figures", each(view.figures, fact)}, {"facts", each(view.facts, fact)}};
  add_head(view, parts);
  add_slots(view, parts);
  add_classes(view, parts);
  add_holders(view.holders, order, parts);
  add_refusals(view, parts);
  add_totals(view, parts);
  add_graph(graph, parts);
  return parts;
}

}  // namespace taskgate::admin
