#include "proxy/demand.h"

#include <algorithm>

#include "base/text.h"
#include "http/prefer.h"
#include "proxy/sender.h"
#include "tmux/match.h"

namespace taskgate::proxy {
namespace {

// Too few slots would let one create too many pass, so that whatever the upstream may understand in
// a way of its own (NaN, comments, "8") stands for the most.
int slots_asked(const route::Slots& slots, JsonBody& body) {
  if (slots.pointer.empty() || body.is_empty()) return slots.count;
  if (!body.is_readable()) return slots.most;
  const boost::json::value* asked = body.find(slots.pointer);
  if (asked == nullptr || asked->is_null()) return slots.count;
  if (!asked->is_int64()) return slots.most;
  if (asked->get_int64() < 1) return slots.count;  // nothing sensible: as if it were not there
  return static_cast<int>(std::min<std::int64_t>(asked->get_int64(), slots.most));
}

bool takes_route(const route::ClassMatch& match, const std::string& route) {
  return match.routes.empty() || std::ranges::find(match.routes, route) != match.routes.end();
}

bool takes_header(const route::ClassMatch& match, const http::RequestHead& head) {
  if (!match.header) return true;
  const tmux::NamePattern pattern(match.header->pattern);
  return std::ranges::any_of(head.fields, [&](const http::Field& field) {
    return equals_ignoring_case(field.name, match.header->name) &&
           pattern.takes(std::string(field.value));
  });
}

bool takes_json(const route::ClassMatch& match, JsonBody& body) {
  if (!match.json) return true;
  const auto text = text_of(body.find(match.json->pointer));
  return text && tmux::NamePattern(match.json->pattern).takes(*text);
}

}  // namespace

gate::Demand demand_of(const config::Config& config, const route::Rule& rule,
                       const http::RequestHead& head, JsonBody& body) {
  const bool is_elsewhere = rule.starts == route::Starts::elsewhere;
  gate::Demand demand{.slots = is_elsewhere ? 0 : slots_asked(rule.slots, body),
                      .settle = rule.settle,
                      .is_evidence = rule.starts == route::Starts::task,
                      .redirect_refuses = rule.redirect_refuses,
                      .sender = sender_of(rule, head),
                      .route = rule.name,
                      .is_named = !is_elsewhere && !rule.session.empty()};
  if (!config.classes.empty()) demand.prefer_wait = http::preferred_wait(head);
  return demand;
}

std::string_view class_of(const config::Config& config, const route::Rule& rule,
                          const http::RequestHead& head, JsonBody& body) {
  for (const config::Config::Class& each : config.classes) {
    if (each.name == gate::kDefaultClassName) continue;  // takes what no other does
    if (takes_route(each.match, rule.name) && takes_header(each.match, head) &&
        takes_json(each.match, body)) {
      return each.name;
    }
  }
  return gate::kDefaultClassName;
}

}  // namespace taskgate::proxy
