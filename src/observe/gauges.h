// The metrics that are computed at the scrape, from a Status and from what the kernel says of this
// process: all gauges, and counters that others keep for the status too. Nobody has to keep a gauge
// in step with the truth, and what is not known is absent, never a false zero. Any thread.
#pragma once

#include <prometheus/metric_family.h>

#include <vector>

#include "observe/status.h"

namespace taskgate::observe {

std::vector<prometheus::MetricFamily> gauges(const Status& status);

}  // namespace taskgate::observe
