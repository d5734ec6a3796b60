// The last quarter of an hour as the gate saw it anyway: nothing is listed for it. Passive and
// clock-free; loop thread only.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.h"
#include "gate/decision.h"
#include "gate/snapshot.h"

namespace taskgate::observe {

// What became known in one step of time.
struct HistoryPoint {
  int steps_ago = 0;
  std::optional<gate::SignalState> signal;  // of the last listing; unset: none ended in this step
  std::optional<int> live;                  // of that listing; unset while unknown
  int reserved = 0;                         // the rest as it was last
  int limit = 0;
  int admitted = 0;  // creates decided in this step
  int refused = 0;

  bool operator==(const HistoryPoint&) const = default;
};

class History {
 public:
  static constexpr auto kStep = std::chrono::seconds(5);
  static constexpr int kSteps = 180;

  // A listing ended, and this is what the gate made of it.
  void listed(const gate::Snapshot& gate, TimePoint now);
  // A create was decided; `reserved` includes it where it was admitted.
  void decided(gate::Decision decision, const gate::Snapshot& gate, TimePoint now);

  // Steps in which something became known, oldest first.
  std::vector<HistoryPoint> points(TimePoint now) const;

 private:
  struct Step {
    std::int64_t number = -1;  // since the clock's epoch
    HistoryPoint point;
  };

  HistoryPoint& step_at(const gate::Snapshot& gate, TimePoint now);

  std::array<Step, kSteps> ring_{};
};

}  // namespace taskgate::observe
