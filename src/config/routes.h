// The key `routes`: the built-in lists by their names, and the mapping form, with own rules of what
// creates a task.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/document.h"
#include "config/reader.h"
#include "route/table.h"

namespace taskgate::config {

// The lists that there are, "none" among them.
std::vector<std::string> built_in_names();

// An unknown name gives the empty list.
bool is_built_in(std::string_view name);
route::Table built_in(std::string_view name);

// Sets the draft's routes, unless something is wrong with the mapping.
void read_routes(Reader& reader, const Node& mapping);

}  // namespace taskgate::config
