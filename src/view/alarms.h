// What is wrong with a gate, in words. Pure.
#pragma once

#include <boost/json/value.hpp>

#include "view/view.h"

namespace taskgate::view {

// Both need the view's slots and classes.
void add_alarms(const boost::json::value& status, View& view);
void set_state(const boost::json::value& status, View& view);

}  // namespace taskgate::view
