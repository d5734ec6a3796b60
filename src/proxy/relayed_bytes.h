// Bytes that are relayed, counted for their request and for the gate, as they pass: a stream or a
// tunnel lives for hours. Loop thread only.
#pragma once

#include <cstddef>
#include <cstdint>

#include "observe/outcome.h"
#include "observe/status.h"

namespace taskgate::proxy {

class RelayedBytes {
 public:
  RelayedBytes(observe::Outcome& outcome, observe::ByteCounts& all)
      : outcome_(outcome), all_(all) {}

  void up(std::size_t bytes) {
    outcome_.bytes_up += bytes;
    all_.up += bytes;
  }
  void down(std::size_t bytes) {
    outcome_.bytes_down += bytes;
    all_.down += bytes;
  }

  // A tunnel counts for the gate by itself, as its bytes pass, and for its request at its end.
  observe::ByteCounts& all() { return all_; }
  void tunneled(std::uint64_t up, std::uint64_t down) {
    outcome_.bytes_up += up;
    outcome_.bytes_down += down;
  }

 private:
  observe::Outcome& outcome_;
  observe::ByteCounts& all_;
};

}  // namespace taskgate::proxy
