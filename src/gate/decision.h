// How creates are decided, and why they are refused: two fixed vocabularies. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

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
inline constexpr std::array kDecisions{
    Decision::admitted, Decision::admitted_unknown, Decision::observed,     Decision::rejected,
    Decision::unknown,  Decision::draining,         Decision::unconfigured, Decision::withdrawn};
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
inline constexpr std::array kRefusalReasons{RefusalReason::full,       RefusalReason::promised,
                                            RefusalReason::class_full, RefusalReason::line_full,
                                            RefusalReason::unknown,    RefusalReason::blind,
                                            RefusalReason::draining,   RefusalReason::unconfigured};
const char* name_of(RefusalReason reason);

// What becomes of a create that is looked at.
struct Ruling {
  std::optional<Decision> decision{};     // unset: it waits
  std::optional<RefusalReason> reason{};  // what is in the way, unless the rule lets it in
  bool stands = false;                    // it waits in line
};

}  // namespace taskgate::gate
