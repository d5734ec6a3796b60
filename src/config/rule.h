// One own rule: an item of `routes.rules` or `routes.ends`.
#pragma once

#include <string>

#include "config/document.h"
#include "config/reader.h"
#include "route/table.h"

namespace taskgate::config {

// The rule; what is wrong with it goes to the reader's draft, and the rule is of no use then.
route::Rule read_rule(Reader& reader, const Node& mapping, const std::string& path);

// The same of an item of `routes.ends`: which requests end a task.
route::Rule read_end(Reader& reader, const Node& mapping, const std::string& path);

}  // namespace taskgate::config
