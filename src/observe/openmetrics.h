// OpenMetrics text 1.0.0 of metric families; prometheus-cpp 1.0 writes Prometheus text only. Pure.
#pragma once

#include <prometheus/metric_family.h>

#include <string>
#include <vector>

namespace taskgate::observe {

// Counters, gauges and histograms; a counter's name ends in _total, which its family's name does
// not have here. No exemplars, no _created.
std::string to_openmetrics(const std::vector<prometheus::MetricFamily>& families);

}  // namespace taskgate::observe
