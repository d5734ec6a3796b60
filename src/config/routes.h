// The mapping form of `routes`: own rules of what creates a task.
#pragma once

#include "config/document.h"
#include "config/reader.h"

namespace taskgate::config {

// Sets the draft's routes, unless something is wrong with the mapping.
void read_routes(Reader& reader, const Node& mapping);

}  // namespace taskgate::config
