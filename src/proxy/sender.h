// Who sends a create, as far as the order in the gate's waiting line goes. Pure.
#pragma once

#include "gate/turned_away.h"
#include "http/head.h"
#include "route/table.h"

namespace taskgate::proxy {

// The same for creates of one rule and target with the same login: the fields that may carry one,
// or none of them. A signature of the body is no login: it differs from create to create. None of
// it is believed; the upstream's answers tell what it is worth.
gate::Sender sender_of(const route::Rule& rule, const http::RequestHead& head);

}  // namespace taskgate::proxy
