// The gate: which creates may pass. Passive and clock-free: it is told what happened and when, does
// no I/O, starts nothing, and is tested without an event loop. One thread.
//
// # The problem
//
// A create answers in milliseconds and leaves a tmux session that lives for hours. Sessions can
// only be observed, by a listing that takes time and is old when it arrives; the creates that were
// let through meanwhile are not in it. "List, compare, create" therefore admits too many as soon as
// creates overlap.
//
// # The rule
//
// Each admitted create holds a *reservation* from the decision until its outcome is known: of as
// many slots as it may start sessions, one mostly. A create is admitted exactly when
//
//     live (of a listing that began after the create's body was in) + slots in all open
//     reservations < limit
//
// and the comparison and the reservation are one step: nothing can come between, since there is one
// thread and no suspension. A create that asks for n slots gets as many of them as are free, and
// one at least, since it was admitted. It is refused at once when live >= limit. In between, slots
// are free of sessions but promised; the create waits for the next event and is decided again,
// `wait` at most, and then once more on a listing that began after the wait was over.
//
// A create that asks for no slot at all (its task comes by another door, which may be a create that
// is gated itself) is decided in the same way and leaves nothing behind.
//
// # Why it never admits one too many
//
// Let S be the sessions that exist because of admitted creates or were there before. At every
// moment
//
//     S <= sessions in the last listing L that are still alive + slots in all open reservations (*)
//
// A session that appears after L's snapshot belongs to a create that was admitted and whose
// reservation is still open, and holds a slot for it. For a reservation that may have sessions ends
// only with a listing that *began* after the create's answer was in plus its settle, and by then
// the upstream has made them: so that listing contains those that are alive, and (*) holds again
// with them. It ends whole: what is still missing then was not started.
//
// A reservation that ends without a listing (nothing was sent, an answer of 4xx, one of 3xx where
// that refuses) has no session.
//
// Sessions that die, and sessions that are listed while their reservation is still open, make the
// right side larger than needed, never smaller. So does a create that starts fewer sessions than it
// has slots, or none.
//
// Admitting k slots adds k to the right side, and k is at most what is free: the limit minus the
// right side. So S <= limit. A reservation is never covered by somebody else's session, because
// sessions are not matched to creates at all: rules that do so were found to over-admit by
// exhaustive search. Nor do the sessions of a create of several make its reservation smaller one by
// one: that would be such a matching.
//
// # Why no slot is refused while one is free
//
// `live >= limit` is a fact of a listing that began after the create was complete: at the listing's
// moment no slot was free. A create that is not refused for that waits, and every event that can
// free its slot (an answer, a listing) decides it again; when its time is over, one more listing is
// made first. It is refused only while all slots that are free of sessions stay promised to creates
// in flight. One free slot is enough, however many were asked for.
//
// # Who is first
//
// The oldest; but creates that *defer*, whose sender's last create was turned away (turned_away.h),
// stand behind all that do not, since a flood without a login would else hold one promise after the
// other before anybody else's turn comes. Nobody starves wrongly: only who takes a free slot
// differs, no slot is kept for anybody, and a create that defers is decided at the same events and
// by the same rule as all others, within its wait, and defers no longer when a create of its sender
// goes well.
//
// # What is not covered, and which way it errs
//
// A session made by another door between L's snapshot and the create's own session: one too many,
// by that door.
//
// A create that got fewer slots than it asked for and starts all its sessions nevertheless: too
// many, by the rest. The first upstream counts before each session of a board run and stops at its
// own limit.
//
// `lost()` and abandoned reservations: the upstream gave no answer, and its session may come later
// than `settle`. One too many then, counted by reservations_abandoned_total. (Sooner: exact.)
//
// While the signal is `held`, sessions from other doors since the last good listing are not seen.
//
// While blind, a create passes now and then as a trial (socket_check.h): the sessions of creates
// before it are not seen.
//
// `admit_unknown` lets everything pass while the count is unknown. That is what it says.
//
// `observe` lets pass what would be refused, and whoever would wait for a promised slot. Each holds
// its reservation as ever, so (*) and the counts stay true, though S may pass the limit. Back in
// `enforce` the rule holds again from the next decision on: nothing is admitted until S is below
// the limit by itself.
#pragma once

#include <boost/intrusive/list.hpp>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "gate/classes.h"
#include "gate/demand.h"
#include "gate/departures.h"
#include "gate/origins.h"
#include "gate/promises.h"
#include "gate/snapshot.h"
#include "gate/socket_check.h"
#include "gate/turned_away.h"
#include "gate/verdict.h"
#include "tmux/listing.h"

namespace taskgate::gate {

struct Settings {
  int limit = 12;
  Duration wait = std::chrono::seconds(2);    // admission.wait
  Duration settle = std::chrono::seconds(5);  // admission.settle: for creates without an answer
  Duration hold = std::chrono::seconds(10);   // tmux.hold
  bool admit_unknown = false;                 // tmux.on_unknown: admit
  bool configured = true;                     // false: the limit is not known, all are refused
  bool observe = false;                       // mode: observe
  // In their order, which is that of the line. A `default` that is not among them stands last,
  // without floor, cap and wait.
  std::vector<ClassRule> classes{};
  std::string inherited_class{};                   // empty: none
  Duration look = std::chrono::milliseconds(250);  // admission.look
};

class Gate;

// The right to run one create. Its end must be said; a reservation that is merely destroyed (a
// cancelled coroutine) counts as *lost*, so that no path can give a slot away.
class Reservation {
 public:
  Reservation() = default;
  Reservation(Reservation&& other) noexcept;
  Reservation& operator=(Reservation&& other) noexcept;
  ~Reservation();

  explicit operator bool() const { return gate_ != nullptr; }

  // For Gate::session_named(); to be asked for before the end is said.
  std::uint64_t id() const { return promise_->id; }

  // No byte of the create went upstream: its slots are free at once.
  void not_sent(TimePoint now);
  // The head of the final answer is in: 4xx frees the slots at once, and 3xx where the demand says
  // that it refuses; all else with the first listing that begins `now` plus the demand's settle or
  // later. Gives what Gate::succeeded() wants, if its success is evidence.
  std::optional<SocketCheck::Claim> answered(int status, TimePoint now);
  // No answer in time, or the connection broke: the slots are kept for Settings::settle.
  void lost(TimePoint now);

 private:
  friend class Gate;
  friend class Ticket;
  Reservation(Gate& gate, Promises::Each promise) : gate_(&gate), promise_(promise) {}

  Gate* gate_ = nullptr;
  Promises::Each promise_;
};

// One create that asks to pass. Lives where its request is handled; destroyed undecided, the create
// is withdrawn.
class Ticket : public boost::intrusive::list_base_hook<
                   boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  // `now`: the body was read to its end. `on_decided` is called once, from whichever call into the
  // gate decides, unless the decision stands when the constructor returns. It may only wake
  // somebody: it must not call into the gate or destroy a ticket.
  Ticket(Gate& gate, Demand demand, TimePoint now, std::function<void()> on_decided);
  Ticket(const Ticket&) = delete;
  Ticket& operator=(const Ticket&) = delete;

  // Null while it waits.
  const Verdict* verdict() const { return verdict_ ? &*verdict_ : nullptr; }
  // After an admission, once.
  Reservation take_reservation() { return std::move(reservation_); }

 private:
  friend class Gate;
  TimePoint entered_;
  TimePoint deadline_;
  Demand demand_;
  bool defers_ = false;  // to those that were not turned away
  std::function<void()> on_decided_;
  std::optional<TimePoint> waits_since_;  // found the free slots promised
  std::optional<Verdict> verdict_;
  Reservation reservation_;
};

class Gate {
 public:
  // `started`: as for Origins.
  explicit Gate(Settings settings, std::optional<std::int64_t> started = std::nullopt)
      : settings_(std::move(settings)), origins_(started) {}
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  // A listing ended. Listings come in the order in which they ended; one that began before the last
  // good one (a late answer) is ignored.
  void apply(const tmux::Listing& listing);

  // When the next listing should begin: in the past means now; nothing means that none is needed.
  std::optional<TimePoint> next_listing() const;

  // A create that was answered 201 or 202 turned out well (no "status":"error" in its body): the
  // evidence for and against being blind.
  // A create that may start nothing is neither: no claim is to be made of it.
  void succeeded(const SocketCheck::Claim& claim) { socket_check_.add(claim); }
  // Whether the next listing should say if another tmux listens.
  bool asks_for_others() const { return socket_check_.asks_for_others(); }

  // The class of this name, whether it is configured now or not.
  ClassId class_id(std::string_view name);
  // The answer to the create that held the reservation of this id names its session, as it was
  // given to tmux. An empty name: it names none, and never will.
  void session_named(std::uint64_t reservation_id, std::string_view name, Maker maker);

  // New settings at a reload; creates that wait are decided again.
  void configure(Settings settings, TimePoint now);
  // From now on creates are refused as `draining`, those that wait at once.
  void drain(TimePoint now);
  // Takes that back.
  void resume() { draining_ = false; }

  // Counts only; the second one lists the holders too, which costs as much as there are sessions.
  Snapshot snapshot(TimePoint now) const;
  Snapshot snapshot_with_holders(TimePoint now) const;
  std::uint64_t abandoned_total() const { return abandoned_total_; }

 private:
  friend class Ticket;
  friend class Reservation;
  // What a decision stands on.
  struct Basis {
    SignalState signal = SignalState::none;
    int live = 0;  // when known or held
    TimePoint at{};
    bool counts() const { return signal == SignalState::known || signal == SignalState::held; }
  };
  Basis basis(TimePoint now) const;
  int free_slots(const Basis& basis) const;

  void enter(Ticket& ticket);
  void decide_waiting(TimePoint now);
  void decide_those(bool defer, const Basis& on, TimePoint now);
  void learn(Sender sender, int status);
  std::optional<Decision> decide(const Ticket& ticket, const Basis& basis) const;
  std::optional<Decision> decide_by_rule(const Ticket& ticket, const Basis& basis) const;
  void conclude(Ticket& ticket, Decision decision, const Basis& basis);
  std::optional<RefusalReason> reason_of(Decision decision, const Basis& basis) const;
  Verdict verdict(const Ticket& ticket, Decision decision, const Basis& basis) const;
  bool listed_since(TimePoint moment) const { return attempted_ && attempt_began_ > moment; }

  void give_back(Promises::Each promise, TimePoint now);
  void abandon(Promises::Each promise);
  void stamp_abandoned(TimePoint now);
  void take_good(const tmux::Listing& listing);
  bool attribute_session(TimePoint began);
  void forget_uncounted(TimePoint began);
  std::string fault_name(SignalState signal) const;
  std::string fault_detail(SignalState signal) const;

  Settings settings_;
  std::vector<std::string> class_names_{kDefaultClassName};  // by their ids
  bool draining_ = false;

  // The last listing that was tried, and the last good one.
  bool attempted_ = false;
  TimePoint attempt_began_{};
  TimePoint attempt_ended_{};
  std::optional<tmux::Fault> attempt_fault_;
  std::string attempt_detail_;
  std::optional<tmux::Listing> good_;
  // The last good one that asked for details.
  std::optional<TimePoint> details_began_;
  std::int64_t details_wall_ = 0;

  Promises promises_;
  // The oldest first, whether they defer or not.
  boost::intrusive::list<Ticket, boost::intrusive::constant_time_size<false>> waiting_;
  TurnedAway turned_away_;
  std::uint64_t abandoned_total_ = 0;

  Origins origins_;
  Departures departures_;
  SocketCheck socket_check_;
};

}  // namespace taskgate::gate
