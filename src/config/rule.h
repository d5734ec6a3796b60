// One own rule of what creates a task: an item of `routes.rules`.
#pragma once

#include <string>

#include "config/document.h"
#include "config/reader.h"
#include "route/table.h"

namespace taskgate::config {

// The rule; what is wrong with it goes to the reader's draft, and the rule is of no use then.
route::Rule read_rule(Reader& reader, const Node& mapping, const std::string& path);

// What may stand in a target as it is sent: visible ASCII without a query.
bool is_path(const std::string& text);

}  // namespace taskgate::config
