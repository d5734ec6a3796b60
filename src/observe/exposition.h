// Which text format a scrape gets. Pure; any thread.
#pragma once

#include <cstdint>
#include <string_view>

namespace taskgate::observe {

enum class Exposition : std::uint8_t {
  prometheus,   // Prometheus text 0.0.4: the default, and what every reader understands
  openmetrics,  // OpenMetrics text 1.0.0
};

// The format that a client prefers by its Accept field (RFC 9110 section 12.5.1). OpenMetrics is
// given only where it is named, in version 1.0.0 or without a version; where nothing fits it is
// Prometheus text, never a 406: a scrape that shows too much is better than none.
Exposition negotiate(std::string_view accept);

// The Content-Type of the answer.
const char* content_type(Exposition format);

}  // namespace taskgate::observe
