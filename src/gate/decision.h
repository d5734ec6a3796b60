// How creates are decided, and why they are refused: two fixed vocabularies. Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "base/enumerators.h"

namespace taskgate::gate {

// The label `decision` of taskgate_admissions_total.
enum class Decision : std::uint8_t {
  admitted,          // a slot was free and is reserved
  admitted_unknown,  // the count was unknown and tmux.on_unknown is admit
  observed,          // it would be refused, but nothing is enforced
  rejected,          // no slot is free
  unknown,           // the count is unknown and tmux.on_unknown is reject
  draining,          // the gate is going away
  unconfigured,      // the gate has no valid configuration yet
  withdrawn,         // the client left before the decision
};
inline constexpr auto kDecisions = values_up_to<Decision::withdrawn>();
const char* name_of(Decision decision);

// Whether a create with this decision goes to the upstream.
bool passes(Decision decision);

// The label `reason` of taskgate_refusals_total and taskgate_observed_refusals_total: finer than
// the decision, for whoever has to do something about it.
enum class RefusalReason : std::uint8_t {
  full,          // as many sessions live as the limit allows, or more
  promised,      // slots are free of sessions, but stayed promised to creates in flight
  class_full,    // slots are free, but its class has all that it may take, or others are owed them
  line_full,     // as many creates of its class stand in line as may
  unknown,       // the sessions cannot be counted
  blind,         // the gate looks at the wrong socket
  draining,      // the gate is going away
  unconfigured,  // the gate has no valid configuration yet
};
inline constexpr auto kRefusalReasons = values_up_to<RefusalReason::unconfigured>();
const char* name_of(RefusalReason reason);

// What becomes of a create that is looked at.
struct Ruling {
  std::optional<Decision> decision{};     // unset: it waits
  std::optional<RefusalReason> reason{};  // what is in the way, unless the rule lets it in
  bool stands = false;                    // it waits in line
};

}  // namespace taskgate::gate
