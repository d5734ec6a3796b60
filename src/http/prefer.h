// `Prefer: wait=10` (RFC 7240 section 4.3): for how long a client is prepared to wait. Pure; any
// thread.
#pragma once

#include <chrono>
#include <optional>

#include "http/head.h"

namespace taskgate::http {

// Of several, in one field or in more, the first one counts (section 2), and nothing where it says
// no number of seconds. What is behind a fault in a field's value is not read: where it ends cannot
// be told.
std::optional<std::chrono::seconds> preferred_wait(const RequestHead& head);

}  // namespace taskgate::http
