// One rule held against one path. Private to this folder.
#pragma once

#include <string_view>

#include "route/reading.h"
#include "route/table.h"

namespace taskgate::route {

// Whether the rule's path matches, whatever the method; `value`, unless it is null, gets its
// first variable's value, a view into `target` or `readings`, which must be of that target.
bool takes_path(const Rule& rule, std::string_view target, Readings& readings,
                std::string_view* value);

}  // namespace taskgate::route
