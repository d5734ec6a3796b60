// What no key can see alone: values that are possible, but not together.
#pragma once

#include "config/draft.h"

namespace taskgate::config {

// Addresses, which only matter to who serves.
void check_addresses(Draft& draft);
// All else.
void check_together(Draft& draft);

}  // namespace taskgate::config
