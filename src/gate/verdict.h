// What was decided about one create, with what its answer, the metrics and the log say about it.
// Pure.
#pragma once

#include <optional>
#include <string>

#include "base/time.h"
#include "gate/classes.h"
#include "gate/decision.h"
#include "gate/retry_after.h"
#include "gate/snapshot.h"

namespace taskgate::gate {

struct Verdict {
  Decision decision = Decision::rejected;
  std::optional<RefusalReason> reason;  // of a refusal, or of one that was only observed
  int limit = 0;
  std::optional<int> live;  // of the listing it was decided on; unset when unknown
  int reserved = 0;         // slots in open reservations, this one not counted
  int slots = 0;            // reserved for it; fewer than it asked for where fewer were free
  SignalState signal = SignalState::known;
  std::optional<Duration> signal_age;  // since the last good listing began
  std::string fault;                   // "timeout", "blind", ...; with a signal that is not known
  std::string detail;                  // a sentence for the operator
  RetryWindow retry;                   // where there is a reason
  // When it was found first that all slots which are free of sessions are promised; unset: it was
  // decided at its first look.
  std::optional<TimePoint> waited_since;
  // When it was found that they are not any more, and that it has to stand in line for them; unset:
  // that did not happen.
  std::optional<TimePoint> waited_until;
  std::string class_name = kDefaultClassName;
  int class_used = 0;  // of its slots, this create not counted; 0 where no classes are configured
  int class_cap = 0;   // what it may use at most: no more than the limit
  int place = 0;       // that it got in line, 1 is the next; 0: it did not stand in line
  std::optional<TimePoint> in_line_since;      // unset: likewise
  std::optional<Duration> preference_applied;  // the wait that its client's `Prefer` got

  bool refused() const { return reason && !passes(decision); }
};

}  // namespace taskgate::gate
