#include "observe/totals.h"

#include <algorithm>

namespace taskgate::observe {

std::optional<double> quantile(double q, const std::vector<Bucket>& buckets) {
  if (buckets.size() < 2 || buckets.back().second == 0) return std::nullopt;
  const double rank = q * static_cast<double>(buckets.back().second);
  const auto above = std::ranges::find_if(
      buckets, [&](const Bucket& each) { return static_cast<double>(each.second) >= rank; });
  if (above + 1 == buckets.end()) return std::prev(above)->first;
  const Bucket below = above == buckets.begin() ? Bucket{0, 0} : *std::prev(above);
  const double share = (rank - static_cast<double>(below.second)) /
                       static_cast<double>(above->second - below.second);
  return below.first + (above->first - below.first) * share;
}

}  // namespace taskgate::observe
