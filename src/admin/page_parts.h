// The state of a gate as the page's template takes it: each row as an object of texts. Pure.
#pragma once

#include <boost/json/object.hpp>

#include "admin/graph.h"
#include "admin/page.h"
#include "view/view.h"

namespace taskgate::admin {

boost::json::object page_parts(const view::View& view, const Graph& graph, Order order);

}  // namespace taskgate::admin
