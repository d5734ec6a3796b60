#include "gate/snapshot.h"

#include <algorithm>

#include "base/names.h"

namespace taskgate::gate {
namespace {

// `of` tells of a session's details whether it counts, as far as that is known.
template <typename Of>
std::optional<int> count_details(const Snapshot& shot, Of of) {
  if (!shot.live || !shot.details_age) return std::nullopt;
  int count = 0;
  for (const Holder& holder : shot.holders) {
    if (!holder.details) continue;
    const std::optional<bool> counts = of(*holder.details);
    if (!counts) return std::nullopt;
    if (*counts) ++count;
  }
  return count;
}

constexpr auto kStateNames = names_up_to(SignalState::blind, {{SignalState::none, "none"},
                                                              {SignalState::known, "known"},
                                                              {SignalState::held, "held"},
                                                              {SignalState::unknown, "unknown"},
                                                              {SignalState::blind, "blind"}});

constexpr auto kOriginNames =
    names_up_to(Origin::unattributed, {{Origin::created, "created"},
                                       {Origin::inherited, "inherited"},
                                       {Origin::unattributed, "unattributed"}});

}  // namespace

const char* name_of(SignalState state) {
  return kStateNames[state];
}

const char* name_of(Origin origin) {
  return kOriginNames[origin];
}

std::optional<int> Snapshot::slots_free() const {
  if (!open) return 0;
  if (!live) return std::nullopt;
  return std::max(0, limit - *live - reservations());
}

// Both times are of the machine's wall clock. Where it was set back meanwhile the silence is below
// zero, and the session not idle.
std::optional<int> Snapshot::idle() const {
  return count_details(*this, [&](const tmux::Details& details) -> std::optional<bool> {
    if (!details.silent_since) return std::nullopt;
    return details_wall - *details.silent_since >= kIdle.count();
  });
}

std::optional<int> Snapshot::attached() const {
  return count_details(
      *this, [](const tmux::Details& details) { return std::optional(details.attached); });
}

std::optional<int> Snapshot::ended() const {
  return count_details(*this, [](const tmux::Details& details) { return details.ended; });
}

int Snapshot::count(Origin origin) const {
  return static_cast<int>(std::ranges::count(holders, origin, &Holder::origin));
}

}  // namespace taskgate::gate
