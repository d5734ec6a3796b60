// The key `routes`: the built-in lists by their names, and the mapping form, with own rules of what
// creates a task.
#pragma once

#include <string_view>

#include "config/document.h"
#include "config/reader.h"
#include "route/table.h"

namespace taskgate::config {

// An unknown name gives the empty list.
bool is_built_in(std::string_view name);
route::Table built_in(std::string_view name);

// Sets the draft's routes, unless something is wrong with the mapping.
void read_routes(Reader& reader, const Node& mapping);

}  // namespace taskgate::config
