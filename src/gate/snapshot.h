// The gate's state as a value, for metrics, the status page and the log. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/enumerators.h"
#include "base/time.h"
#include "gate/retry_after.h"
#include "tmux/listing.h"

namespace taskgate::gate {

// Whether the count can be trusted; the label `state` of taskgate_signal_state.
enum class SignalState : std::uint8_t {
  none,     // no listing has ended yet, or since other sessions count
  known,    // the last listing is good
  held,     // it is not, but the last good one is younger than tmux.hold and used
  unknown,  // no listing to go by
  blind,    // creates succeed and nothing changes on our socket: we look at the wrong one
};
inline constexpr auto kSignalStates = values_up_to<SignalState::blind>();
const char* name_of(SignalState state);

// Where a live session comes from. Only for show: it decides nothing.
enum class Origin : std::uint8_t {
  created,       // a create that passed the gate
  inherited,     // it was there when the gate started
  unattributed,  // another door: made in the pod, by hand
};
const char* name_of(Origin origin);

// What is known of the create that made a session, by the name that its answer gave.
struct Maker {
  std::string route;
  std::string request_id;
  std::string path_id{};  // of its path (route::Match); empty: it has none
};

struct Holder {
  std::string name;
  std::uint64_t id = 0;
  std::int64_t created = 0;  // Unix seconds, as tmux says
  Origin origin = Origin::created;
  // As the last listing that asked for them had them; unset: none has shown this session yet.
  std::optional<tmux::Details> details{};
  std::string class_name{};  // empty: none is known, or none configured
  Maker maker{};             // empty: not known
};

struct ClassState {
  std::string name;
  int used = 0;
  int cap = 0;  // no more than the limit
  int floor = 0;
  int waiting = 0;  // in line
};

struct InLine {
  std::string class_name;
  std::string route;
  TimePoint since;
  std::string path_id{};  // as Maker's
};

// A session that was silent for so long counts as idle. An agent at work redraws its screen all the
// time, but what it runs (a build, a test) may print nothing for a while.
inline constexpr std::chrono::seconds kIdle = std::chrono::minutes(15);

struct Snapshot {
  int limit = 0;
  bool observing = false;  // what would be refused passes
  bool open = true;  // false: creates are refused whatever is free, in a drain or unconfigured
  SignalState signal = SignalState::none;
  std::string signal_fault;   // "timeout", "blind", ...; empty while known
  std::string signal_detail;  // a sentence: which socket, what happened, what to check
  bool match_wrong = false;   // sessions appear, but none under a name that tmux.match takes
  std::optional<Duration> signal_age;  // since the last good listing began
  // The same for the last one that asked for details, and the Unix time of its end.
  std::optional<Duration> details_age;
  std::int64_t details_wall = 0;
  std::optional<int> live;  // unset while unknown or blind: never a false zero
  int in_flight = 0;        // slots reserved for creates that are on their way
  int settling = 0;         // ... whose outcome is known and waits for a listing
  int abandoned = 0;        // ... whose outcome is not known, kept for admission.settle
  int waiting = 0;          // creates that wait for their decision, in line or not
  // Only with the holders: how slots came free lately, and what a create that is refused for want
  // of a slot would be told about that now.
  Turnover turnover;
  RetryWindow retry;
  std::optional<RetryWindow> expected;  // the same as things are now; unset while a slot is free
  std::vector<Holder> holders;  // live sessions, oldest first; empty while unknown or not asked for
  std::vector<Holder> last_holders;  // those of the last good listing while they are unknown
  // Likewise; also while the count is unknown.
  std::vector<ClassState> classes;  // in the order of the list; empty: none are configured
  std::vector<InLine> line;         // the next one first

  int reservations() const { return in_flight + settling + abandoned; }
  // Slots that a create would get now: none unless open; unset while unknown.
  std::optional<int> slots_free() const;
  int count(Origin origin) const;
  // Holders that were silent for kIdle, that a client shows, whose program has ended; unset while
  // that is not known of each of them. One that came since the last details is none of these yet.
  std::optional<int> idle() const;
  std::optional<int> attached() const;
  std::optional<int> ended() const;
};

}  // namespace taskgate::gate
