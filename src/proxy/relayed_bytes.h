// Bytes that are relayed, counted for their request and for the gate, as they pass: a stream or a
// tunnel lives for hours. Loop thread only.
#pragma once

#include <cstddef>

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

 private:
  observe::Outcome& outcome_;
  observe::ByteCounts& all_;
};

}  // namespace taskgate::proxy
