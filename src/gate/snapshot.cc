#include "gate/snapshot.h"

#include <algorithm>

namespace taskgate::gate {

const char* name_of(SignalState state) {
  switch (state) {
    case SignalState::none:
      return "none";
    case SignalState::known:
      return "known";
    case SignalState::held:
      return "held";
    case SignalState::unknown:
      return "unknown";
    case SignalState::blind:
      return "blind";
  }
  return "unknown";
}

const char* name_of(Origin origin) {
  switch (origin) {
    case Origin::created:
      return "created";
    case Origin::inherited:
      return "inherited";
    case Origin::unattributed:
      return "unattributed";
  }
  return "unattributed";
}

std::optional<int> Snapshot::slots_free() const {
  if (!open) return 0;
  if (!live) return std::nullopt;
  return std::max(0, limit - *live - reservations());
}

int Snapshot::count(Origin origin) const {
  return static_cast<int>(std::ranges::count(holders, origin, &Holder::origin));
}

}  // namespace taskgate::gate
