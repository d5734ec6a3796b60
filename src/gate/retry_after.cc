#include "gate/retry_after.h"

namespace taskgate::gate {
namespace {

int window_of(Decision decision, bool all_slots_live) {
  if (decision == Decision::draining)
    return 5;  // a pod that is replaced is back in that order of time
  if (decision == Decision::unknown)
    return 10;  // tmux.hold's order: time to come back or to be looked at
  return all_slots_live ? 20 : 3;
}

}  // namespace

RetryAdvice retry_advice(Decision decision, bool all_slots_live, std::uint32_t draw) {
  const int window = window_of(decision, all_slots_live);
  const auto spread = static_cast<std::uint32_t>(window / 2 + 1);
  return {window, window + static_cast<int>(draw % spread)};
}

}  // namespace taskgate::gate
