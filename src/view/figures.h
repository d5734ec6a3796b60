// Figures and facts of a gate, and what came since its start. Pure.
#pragma once

#include <boost/json/value.hpp>

#include "view/view.h"

namespace taskgate::view {

void set_figures(const boost::json::value& status, View& view);
void set_identity(const boost::json::value& status, View& view);
void set_upstream(const boost::json::value& status, View& view);
void set_totals(const boost::json::value& status, View& view);

// When a slot should come free, and who is idle, while none is free. Needs the view's holders.
void set_expected(const boost::json::value& status, View& view);

}  // namespace taskgate::view
