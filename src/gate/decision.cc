#include "gate/decision.h"

namespace taskgate::gate {

const char* name_of(Decision decision) {
  switch (decision) {
    case Decision::admitted:
      return "admitted";
    case Decision::admitted_unknown:
      return "admitted_unknown";
    case Decision::observed:
      return "observed";
    case Decision::rejected:
      return "rejected";
    case Decision::unknown:
      return "unknown";
    case Decision::draining:
      return "draining";
    case Decision::unconfigured:
      return "unconfigured";
    case Decision::withdrawn:
      return "withdrawn";
  }
  return "unknown";
}

bool passes(Decision decision) {
  return decision == Decision::admitted || decision == Decision::admitted_unknown ||
         decision == Decision::observed;
}

const char* name_of(RefusalReason reason) {
  switch (reason) {
    case RefusalReason::full:
      return "full";
    case RefusalReason::promised:
      return "promised";
    case RefusalReason::unknown:
      return "unknown";
    case RefusalReason::blind:
      return "blind";
    case RefusalReason::draining:
      return "draining";
    case RefusalReason::unconfigured:
      return "unconfigured";
  }
  return "unknown";
}

}  // namespace taskgate::gate
