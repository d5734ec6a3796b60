// The classes and the line of a gate, in rows. Pure.
#pragma once

#include <boost/json/value.hpp>
#include <cstddef>

#include "view/view.h"

namespace taskgate::view {

// Needs the view's slots.
void set_classes(const boost::json::value& status, View& view, std::size_t cells);

// A class that has fewer slots than its floor for the sake of sessions of no class.
void add_starved_alarms(const boost::json::value& status, View& view);

}  // namespace taskgate::view
