// The runbook as a page, so that an alarm can lead to what to do wherever the gate runs. Pure.
#pragma once

#include <string>
#include <string_view>

namespace taskgate::admin {

// Each heading of docs/runbook.md is a section with an anchor: that of TaskgateFull is
// "taskgatefull".
std::string runbook_page(std::string_view nonce);

}  // namespace taskgate::admin
