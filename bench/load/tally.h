// What a run counted.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"

namespace taskgate::bench {

class Tally {
 public:
  // One request, event, message or transfer, that took so long.
  void add(Duration taken, std::uint64_t bytes);

  // One line: the count, the bytes, how long the run took, what share of a core this program used
  // in it, and microseconds of the latencies: quantiles, and how many took so long. `open`:
  // connections that stand at the end.
  std::string to_json(Duration run, Duration processor, std::size_t open) const;

 private:
  std::vector<double> microseconds_;
  std::uint64_t bytes_ = 0;
};

}  // namespace taskgate::bench
