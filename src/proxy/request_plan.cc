#include "proxy/request_plan.h"

#include <utility>

#include "route/items.h"

namespace taskgate::proxy {

RequestPlan plan_request(const http::RequestHead& head, const http::RequestRules& rules,
                         const route::Table& routes, std::uint16_t own_port) {
  using Step = RequestPlan::Step;
  RequestPlan plan;
  if (rules.max_forwards == 0U) {
    plan.step = Step::answer_as_last_hop;
  } else if (routes.leads_to_port(head.target, own_port)) {
    plan.step = Step::refuse_loop;
  } else if (auto match = routes.match(head.method, head.target)) {
    plan.step = Step::create;
    plan.match = std::move(match);
  } else if (!http::is_safe(head.method)) {
    plan.item = route::changed_item(routes, head.target);
    if (!plan.item.empty()) plan.step = Step::change_item;
  } else if ((head.method == "GET" || head.method == "HEAD") &&
             rules.body.kind != http::BodyKind::none && !routes.allows_body_on_get(head.target)) {
    plan.step = Step::forward_without_body;
  }
  return plan;
}

}  // namespace taskgate::proxy
