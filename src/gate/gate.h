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
// many slots as it may start sessions, one mostly. With
//
//     live  = sessions of a listing that began after the create's body was in
//     total = live + slots in all open reservations
//
// a create is admitted exactly when `total < limit`, and the comparison and the reservation are one
// step: nothing can come between, since there is one thread and no suspension. A create that asks
// for n slots gets as many of them as are free, and one at least, since it was admitted. It is
// refused at once when live >= limit, unless its class lets it stand in line (below). In between,
// slots are free of sessions but promised; the create waits for the next event and is decided
// again, `wait` at most, and then once more on a listing that began after the wait was over.
//
// A create that asks for no slot at all (its task comes by another door, which may be a create that
// is gated itself) is decided in the same way and leaves nothing behind.
//
// # Why it never admits one too many
//
// Let S be the sessions that exist because of admitted creates or were there before, and L the last
// listing. At every moment
//
//     S <= sessions in L that are still alive + slots in all open reservations          (*)
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
// sessions are not matched to creates when slots are counted: rules that do so were found to
// over-admit by exhaustive search. Nor do the sessions of a create of several make its reservation
// smaller one by one: that would be such a matching.
//
// # Why no slot is refused while one is free
//
// `live >= limit` is a fact of a listing that began after the create was complete: at the listing's
// moment no slot was free. A create that is not refused for that waits, and every event that can
// free its slot (an answer, a listing) decides it again; when its time is over, one more listing is
// made first. It is refused only while all slots that are free of sessions stay promised to creates
// in flight. One free slot is enough, however many were asked for.
//
// # Classes
//
// Each create is of a class c, which has a floor and a cap. With
//
//     used(c) = live sessions known to be c's + slots of c's creates without such a session
//     owed(c) = the sum over all other classes d of max(0, floor(d) - used(d))
//
// (a create's slots count from its admission until its reservation ends, or longer, while its
// answer is still being read for the name of its session; one less once that session is known), a
// create of c is admitted exactly when
//
//     total < limit  and  used(c) < cap(c)  and  (used(c) < floor(c)  or  total + owed(c) < limit)
//
// and gets as many slots as keep all of that true for each of them (classes.h). It waits for
// promised slots where the best that can become of the creates in flight would admit it: that their
// reservations end and leave no more than is listed already, and that they made those of the listed
// sessions of which nobody knows yet whose they are. Where it would not be admitted even then, it
// is refused: a further session makes neither total nor used(c) nor total + owed(c) smaller,
// whatever class it is of.
//
// *Classes never admit one too many*: what they add to the rule are further conditions.
//
// *What a floor promises.* Let S(d) be the sessions of class d that live, or may still come of its
// creates in flight, and S all of them. At every moment
//
//     S + the sum over all classes d of max(0, floor(d) - S(d)) <= limit                (**)
//
// so that what a class is short of its floor is there for it. For a create of a class below its
// floor adds one to S and takes one from the sum. One of a class that has its floor is admitted
// only where total + owed(c) < limit, and that side is no smaller than the left one of (**):
// whatever used(d) counts beyond S(d), since it has died or is counted twice, total counts as well.
// And what ends takes one from S and adds one to the sum at most.
//
// (**) is broken only by what does not pass the rule: sessions by other doors, sessions whose class
// is not known (below), a reload that lowers the limit or raises a floor, and what was let pass
// against it. Then nobody beyond a floor is admitted until it holds again, and a class below its
// floor is admitted whenever the total allows it.
//
// # The line, and who is first
//
// A create that finds no slot may *stand in line* where its class lets it, within the time and the
// places that the class has. It is decided at each event like all that wait; and while anybody
// stands, a listing is made every `look`, since sessions end without telling. Promised slots are
// waited for by all, whether they may stand or not: that is the wait of the rule, and takes no
// place.
//
// At each event all that wait are decided in the order of their classes; in a class those that
// *defer*, whose sender's last create was turned away (turned_away.h), behind all that do not,
// since a flood without a login would else hold one promise after the other before anybody else's
// turn comes; and then the oldest first. One that may not be admitted holds up no other. Admissions
// leave less room for every class, never more, so that one pass is enough: nobody who was passed
// over could be admitted behind it.
//
// Whom does the order starve? Nobody below a floor: by (**) the classes before it cannot take what
// is owed to it. Beyond the floors the first class in the list goes first for as long as it asks;
// that is what the order says. In a class the oldest is first, and who defers waits for those who
// do not, within its own wait, and defers no longer when a create of its sender goes well.
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
// `observe` lets pass what would be refused, and whoever would wait. Each holds its reservation as
// ever, so (*) and the counts stay true, though S may pass the limit. Back in `enforce` the rule
// holds again from the next decision on: nothing is admitted until S is below the limit by itself.
//
// Whose a session is (attribution.h): known by the name in its create's answer. A session without
// one (another door, an answer that named none, the further sessions of a create of several, before
// the gate started) counts in the total and for no class. used(c) is then too small: c may pass its
// cap, and its floor is kept for it although it has it already, so that others may be refused. The
// limit itself is never passed by it. A session that is listed while its reservation is open counts
// twice in total until that ends; nobody is refused for it before its wait is over. A session first
// seen while creates are in flight is put to the inherited class only when none of them can
// name it any more: until then it is nobody's.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "gate/attribution.h"
#include "gate/classes.h"
#include "gate/departures.h"
#include "gate/line.h"
#include "gate/origins.h"
#include "gate/promises.h"
#include "gate/signal.h"
#include "gate/snapshot.h"
#include "gate/socket_check.h"
#include "gate/ticket.h"
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

class Gate {
 public:
  // `started`: as for Origins.
  explicit Gate(Settings settings, std::optional<std::int64_t> started = std::nullopt);
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  // A listing ended. Listings come in the order in which they ended; one that began before the last
  // good one (a late answer) is ignored.
  void apply(const tmux::Listing& listing);

  // When the next listing should begin: in the past means now; nothing means that none is needed.
  std::optional<TimePoint> next_listing() const;

  // Whether a create waits for its decision.
  bool has_waiting() const { return !line_.empty(); }

  // A create that was answered 201 or 202 turned out well (no "status":"error" in its body): the
  // evidence for and against being blind. A create that may start nothing is no evidence, and has
  // no claim (Reservation::answered()).
  void succeeded(const SocketCheck::Claim& claim) { socket_check_.add(claim); }
  // Whether the next listing should say if another tmux listens.
  bool asks_for_others() const { return socket_check_.asks_for_others(); }

  // What is said of a create whose client left before it was decided, or before anything was sent.
  Verdict withdrawn(const Ticket& ticket, TimePoint now) const {
    return verdict(ticket, {Decision::withdrawn}, basis(now));
  }

  // The class of this name, whether it is configured now or not.
  ClassId class_id(std::string_view name) { return classes_.id(name); }
  // The answer, of 2xx, to the create that held the reservation of this id names its session, as it
  // was given to tmux. An empty name: it names none, and never will.
  void session_named(std::uint64_t reservation_id, std::string_view name, Maker maker,
                     TimePoint now);

  // Other sessions count from now on, so that what was listed says nothing any more. To be told
  // before the settings that come with it.
  void forget_count();
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
  Basis basis(TimePoint now) const {
    return signal_.basis(now, settings_.hold, socket_check_.blind());
  }
  std::size_t rank_of(const Ticket& ticket) const {
    return classes_.rank_of(ticket.demand_.class_id);
  }
  std::optional<std::size_t> rank_of(const Origins::Known& session) const;
  bool is_claimable(const Origins::Known& session) const;
  void count(Shares& shares) const;
  int room(std::size_t rank, const Basis& on, Outlook outlook = Outlook::promised) const;

  void enter(Ticket& ticket);
  void decide_waiting(TimePoint now);
  void look_at(Ticket& ticket, const Basis& on, TimePoint now);
  void learn(Sender sender, int status);
  Ruling rule_on(const Ticket& ticket, const Basis& on) const;
  Ruling rule_on_count(const Ticket& ticket, const Basis& on) const;
  Ruling rule_without_count(const Ticket& ticket, const Basis& on) const;
  bool may_stand(const Ticket& ticket) const;
  RefusalReason in_the_way(std::size_t rank, const Basis& on) const;
  void conclude(Ticket& ticket, const Ruling& ruling, const Basis& on);
  void reserve(Ticket& ticket, Decision decision, const Basis& on);
  Verdict verdict(const Ticket& ticket, const Ruling& ruling, const Basis& on) const;
  RetryWindow retry(RefusalReason reason, std::size_t rank, const Basis& on) const;

  void give_back(Promises::Each promise, TimePoint now);
  void abandon(Promises::Each promise);
  void stamp_abandoned(TimePoint now);
  // Ends the promises that `ends` says.
  template <typename Predicate>
  void end_if(Predicate ends) {
    promises_.end_if([&](const Promise& each) {
      const bool does = ends(each);
      if (does) attribution_.settled(each.id);
      return does;
    });
  }
  void take_good(const tmux::Listing& listing);
  bool attribute_session(TimePoint began);
  void forget_uncounted(TimePoint began);
  void show_classes(Snapshot& shot) const;
  std::string class_name(const Origins::Known& session) const;

  Settings settings_;
  Classes classes_;
  // By their order; counted anew at each event where classes are configured.
  Shares shares_;
  bool draining_ = false;

  Signal signal_;
  Promises promises_;
  Line line_;
  TurnedAway turned_away_;
  std::uint64_t abandoned_total_ = 0;

  Origins origins_;
  Attribution attribution_;
  Departures departures_;
  SocketCheck socket_check_;
};

}  // namespace taskgate::gate
