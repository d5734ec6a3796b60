// What became of the requests of each route since the start, for those who have no Prometheus at
// hand: from the same counts as /metrics (Metrics::totals()). Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace taskgate::observe {

struct RouteTotals {
  std::string route;           // a rule's name, or "other"
  std::uint64_t requests = 0;  // all that ended
  std::uint64_t admitted = 0;  // creates that passed, by count or although it was unknown or full
  std::uint64_t waited = 0;    // ... that waited for a promised slot or in line, whatever became
  std::uint64_t refused = 0;
  std::uint64_t withdrawn = 0;  // the client left before the decision
  std::uint64_t observed = 0;   // of those admitted, such as would have been refused
  std::uint64_t errors = 0;     // with the upstream
  // How long requests took, streams and tunnels left out; unset: there was none.
  std::optional<double> median_seconds;
  std::optional<double> p99_seconds;
};

// An upper bound of a histogram's bucket, and how many observations are not above it. The last
// bound is infinite.
using Bucket = std::pair<double, std::uint64_t>;

// The quantile as Prometheus' histogram_quantile() estimates it: evenly spread within its bucket;
// in the last one its lower bound. Nothing where nothing was observed.
std::optional<double> quantile(double q, const std::vector<Bucket>& buckets);

}  // namespace taskgate::observe
