// Who was refused, and who would have been, in rows. Pure.
#pragma once

#include <boost/json/value.hpp>

#include "view/view.h"

namespace taskgate::view {

void set_refusals(const boost::json::value& status, View& view);
void set_observed(const boost::json::value& status, View& view);

}  // namespace taskgate::view
