// What a create asks of the gate, by its rule, its head and its body. Pure.
#pragma once

#include <string_view>

#include "config/config.h"
#include "gate/demand.h"
#include "http/head.h"
#include "proxy/json_body.h"
#include "route/table.h"

namespace taskgate::proxy {

// All but its class, which the gate has a number for.
gate::Demand demand_of(const config::Config& config, const route::Rule& rule,
                       const http::RequestHead& head, JsonBody& body);

// The name of the first class that takes it: a configured one, or gate::kDefaultClassName.
std::string_view class_of(const config::Config& config, const route::Rule& rule,
                          const http::RequestHead& head, JsonBody& body);

}  // namespace taskgate::proxy
