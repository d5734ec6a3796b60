// What is wrong with a gate, in words. Pure.
#pragma once

#include <boost/json/value.hpp>

#include "admin/view.h"

namespace taskgate::admin {

// Both need the view's slots.
void add_alarms(const boost::json::value& status, View& view);
// Whether nothing is enforced.
bool is_observing(const boost::json::value& status);
void set_state(const boost::json::value& status, View& view);

}  // namespace taskgate::admin
