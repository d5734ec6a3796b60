// What becomes of a request, as far as its head tells: the connection then does it. Pure; any
// thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "http/head.h"
#include "http/rules.h"
#include "route/table.h"

namespace taskgate::proxy {

struct RequestPlan {
  enum class Step : std::uint8_t {
    answer_as_last_hop,    // Max-Forwards: 0: its way ends here
    refuse_loop,           // the upstream would carry it back to the gate
    create,                // the gate is asked before it is forwarded
    change_item,           // ... it waits until those that launch the item are through
    forward_without_body,  // ... its body has to turn out to be none
    forward,
  };
  Step step = Step::forward;
  std::optional<route::Match> match;  // of a create
  std::string item;                   // that it changes (item_order.h)
};

// `own_port`: where the upstream's app proxy would reach the gate; 0: nowhere. The match borrows
// from `routes`.
RequestPlan plan_request(const http::RequestHead& head, const http::RequestRules& rules,
                         const route::Table& routes, std::uint16_t own_port);

}  // namespace taskgate::proxy
