// What a create asks of the gate, by its rule, its head and its body. Pure.
#pragma once

#include <string_view>

#include "gate/demand.h"
#include "http/head.h"
#include "route/table.h"

namespace taskgate::proxy {

gate::Demand demand_of(const route::Rule& rule, const http::RequestHead& head,
                       std::string_view body);

}  // namespace taskgate::proxy
