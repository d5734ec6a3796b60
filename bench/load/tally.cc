#include "load/tally.h"

#include <algorithm>
#include <iomanip>
#include <sstream>

namespace taskgate::bench {
namespace {

// The least value that so many of a hundred do not exceed (nearest rank).
double percentile(const std::vector<double>& sorted, std::size_t hundredths) {
  if (sorted.empty()) return 0;
  return sorted[(sorted.size() * hundredths + 99) / 100 - 1];
}

}  // namespace

void Tally::add(Duration taken, std::uint64_t bytes) {
  microseconds_.push_back(to_seconds(taken) * 1e6);
  bytes_ += bytes;
}

std::string Tally::to_json(Duration run, Duration processor, std::size_t open) const {
  std::vector<double> sorted = microseconds_;
  std::sort(sorted.begin(), sorted.end());
  const double seconds = to_seconds(run);
  std::ostringstream out;
  out << std::fixed << std::setprecision(3) << "{\"count\":" << sorted.size()
      << ",\"bytes\":" << bytes_ << ",\"seconds\":" << seconds
      << ",\"generator\":" << (seconds > 0 ? to_seconds(processor) / seconds : 0)
      << ",\"median_us\":" << percentile(sorted, 50) << ",\"p99_us\":" << percentile(sorted, 99)
      << ",\"slowest_us\":" << percentile(sorted, 100) << ",\"open\":" << open << "}";
  return out.str();
}

}  // namespace taskgate::bench
