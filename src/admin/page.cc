#include "admin/page.h"

#include <algorithm>
#include <boost/json.hpp>
#include <cstdio>
#include <random>

#include "admin/answer.h"
#include "admin/graph.h"
#include "admin/page_files.h"
#include "observe/status_json.h"
#include "view/view.h"

namespace taskgate::admin {
namespace {

namespace json = boost::json;

using view::age_in_words;
using view::Alarm;
using view::Cell;
using view::ClassRow;
using view::Fact;
using view::HolderRow;
using view::Level;
using view::LineRow;
using view::ObservedRow;
using view::RefusalRow;
using view::View;

constexpr std::size_t kMeterCells = 64;

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

json::object alarm(const Alarm& alarm) {
  return {{"level", name_of(alarm.level)},
          {"sign", sign_of(alarm.level)},
          {"title", alarm.title},
          {"has_text", !alarm.text.empty()},
          {"text", alarm.text}};
}

json::object cell(Cell cell) {
  return {{"kind", name_of(cell)}};
}

json::object fact(const Fact& fact) {
  return {{"name", fact.name}, {"value", fact.value}};
}

json::object holder(const HolderRow& row) {
  return {{"name", row.name},           {"origin", row.origin},
          {"seconds", row.age_seconds}, {"age", age_in_words(row.age_seconds)},
          {"state", row.state},         {"class", row.class_name},
          {"route", row.route},         {"request_id", row.request_id}};
}

json::object class_row(const ClassRow& row) {
  json::array meter;
  for (std::size_t i = 0; i < row.meter.size(); ++i) {
    const std::string kind(name_of(row.meter[i]));
    meter.push_back(json::object{{"kind", i < row.floor_cells ? kind + " floor" : kind}});
  }
  return {{"name", row.name}, {"words", row.words}, {"meter", std::move(meter)}};
}

json::object line_row(const LineRow& row) {
  return {{"place", row.place},
          {"class", row.class_name},
          {"route", row.route},
          {"seconds", row.age_seconds},
          {"age", age_in_words(row.age_seconds)}};
}

json::object refusal(const RefusalRow& row) {
  return {{"when", row.when},
          {"seconds", row.age_seconds},
          {"age", age_in_words(row.age_seconds)},
          {"route", row.route},
          {"reason", row.reason},
          {"count", row.count},
          {"class", row.class_name}};
}

json::object observed(const ObservedRow& row) {
  return {{"route", row.route},
          {"class", row.class_name},
          {"reason", row.reason},
          {"hour", row.last_hour},
          {"day", row.last_day}};
}

void add_classes(const View& view, json::object& to) {
  to["has_classes"] = !view.classes.empty();
  to["classes"] = each(view.classes, class_row);
  to["line_length"] = view.line_length;
  to["has_line"] = !view.line.empty();
  to["line"] = each(view.line, line_row);
  const auto rest = view.line_length - static_cast<std::int64_t>(view.line.size());
  to["has_line_rest"] = rest > 0;
  to["line_rest"] = rest;
}

void add_graph(const Graph& graph, json::object& to) {
  to["has_graph"] = !graph.limit.empty();
  to["width"] = graph.width;
  to["height"] = Graph::kHeight;
  to["strip"] = Graph::kStrip;
  to["counted_path"] = graph.counted;
  to["carried"] = graph.carried;
  to["unknown"] = graph.unknown;
  to["limit_path"] = graph.limit;
  to["admitted"] = graph.admitted;
  to["refused"] = graph.refused;
  to["top"] = graph.top;
  to["busiest"] = graph.busiest;
  to["summary"] = graph.summary;
}

json::object template_view(const View& view, const Graph& graph, bool known_gate) {
  json::object to{{"title", view.count + " taskgate"},
                  {"known_gate", known_gate},
                  {"level", name_of(view.level)},
                  {"sign", sign_of(view.level)},
                  {"state", view.state},
                  {"version", view.version},
                  {"uptime", age_in_words(view.uptime_seconds)},
                  {"alarms", each(view.alarms, alarm)},
                  {"counted", view.live.has_value()},
                  {"live", view.live ? std::to_string(*view.live) : "?"},
                  {"limit", known_gate ? std::to_string(view.limit) : "?"},
                  {"most", std::max(view.limit, view.live.value_or(0))},
                  {"is_over", view.live.value_or(0) > view.limit},
                  {"is_closed", std::ranges::count(view.meter, Cell::closed) > 0},
                  {"meter", each(view.meter, cell)},
                  {"slots", view.slots},
                  {"figures", each(view.figures, fact)},
                  {"facts", each(view.facts, fact)},
                  {"has_holders", !view.holders.empty()},
                  {"no_holders", view.no_holders},
                  {"holders", each(view.holders, holder)},
                  {"has_observed", !view.observed.empty()},
                  {"observed", each(view.observed, observed)},
                  {"has_refusals", !view.refusals.empty()},
                  {"refusals", each(view.refusals, refusal)}};
  add_classes(view, to);
  add_graph(graph, to);
  return to;
}

json::object template_view(const std::optional<observe::Status>& status) {
  if (!status) return template_view(view::view_without_state(kNoState), Graph{}, false);
  const json::value document = json::parse(observe::to_json(*status));
  return template_view(view::make_view(document, kMeterCells), draw_graph(document), true);
}

}  // namespace

std::string make_nonce() {
  std::random_device random;
  std::string nonce;
  for (int i = 0; i < 4; ++i) {
    char text[9];
    std::snprintf(text, sizeof text, "%08x", random());
    nonce += text;
  }
  return nonce;
}

std::string page_policy(std::string_view nonce) {
  const std::string only = "'nonce-" + std::string(nonce) + "'";
  return "default-src 'none'; connect-src 'self'; img-src data:; style-src " + only +
         "; script-src " + only + "; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";
}

std::string status_page(const std::optional<observe::Status>& status, std::string_view nonce) {
  json::object view = template_view(status);
  view["nonce"] = nonce;
  return fill_in("page.html", page_files(), view);
}

std::string page_state(const std::optional<observe::Status>& status) {
  return fill_in("state.html", page_files(), template_view(status));
}

}  // namespace taskgate::admin
