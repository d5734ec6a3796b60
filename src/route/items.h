// Items whose kind decides whether a launch of them creates a task (Rule::kind_path). Pure.
#pragma once

#include <string>
#include <string_view>

#include "route/table.h"

namespace taskgate::route {

// The item that a request which is no launch and does not only read may change, as the target that
// is asked for its kind (Match::kind_target); empty: none. That is what lies at or below that
// target, whatever the method does there.
std::string changed_item(const Table& table, std::string_view target);

}  // namespace taskgate::route
