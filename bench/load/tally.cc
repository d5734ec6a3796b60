#include "load/tally.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <map>
#include <sstream>

namespace taskgate::bench {
namespace {

// The least value that so many of a hundred do not exceed (nearest rank).
double percentile(const std::vector<double>& sorted, std::size_t hundredths) {
  if (sorted.empty()) return 0;
  return sorted[(sorted.size() * hundredths + 99) / 100 - 1];
}

// With three digits, which is within a hundredth, and not below it.
double rounded_up(double value) {
  if (value <= 0) return 0;
  const double digit = std::pow(10, std::floor(std::log10(value)) - 2);
  return std::ceil(value / digit) * digit;
}

// How many took so long. Those of several runs can be added up, which quantiles cannot.
std::string distribution(const std::vector<double>& sorted) {
  std::map<double, std::size_t> counts;
  for (const double value : sorted) ++counts[rounded_up(value)];
  std::ostringstream out;
  for (const auto& [value, count] : counts) {
    out << (out.tellp() == 0 ? "" : ",") << '"' << value << "\":" << count;
  }
  return "{" + out.str() + "}";
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
      << ",\"slowest_us\":" << percentile(sorted, 100) << ",\"took_us\":" << distribution(sorted)
      << ",\"open\":" << open << "}";
  return out.str();
}

}  // namespace taskgate::bench
