// What no key can see alone: values that are possible, but not together.
#pragma once

#include "config/draft.h"

namespace taskgate::config {

void check_together(Draft& draft);

}  // namespace taskgate::config
