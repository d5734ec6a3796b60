// What no key can see alone: values that are possible, but not together. They matter to who serves.
#pragma once

#include "config/draft.h"

namespace taskgate::config {

void check_together(Draft& draft);

}  // namespace taskgate::config
