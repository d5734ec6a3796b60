#include "gate/gate.h"

#include <algorithm>
#include <utility>

namespace taskgate::gate {
namespace {

// While the count is unknown, creates that wait ask again after this long, not in a tight loop.
constexpr Duration kRetryUnknown = std::chrono::milliseconds(100);

constexpr const char* kBlindDetail =
    "creates succeed but nothing changes on the tmux socket: the upstream's tmux uses another one; "
    "check tmux.socket, TMUX_TMPDIR of the upstream's container and the shared volume";

}  // namespace

// --- Reservation

Reservation::Reservation(Reservation&& other) noexcept
    : gate_(std::exchange(other.gate_, nullptr)), promise_(other.promise_) {}

Reservation& Reservation::operator=(Reservation&& other) noexcept {
  if (this != &other) {
    if (gate_ != nullptr) gate_->abandon(promise_);
    gate_ = std::exchange(other.gate_, nullptr);
    promise_ = other.promise_;
  }
  return *this;
}

Reservation::~Reservation() {
  if (gate_ != nullptr) gate_->abandon(promise_);
}

void Reservation::not_sent(TimePoint now) {
  std::exchange(gate_, nullptr)->give_back(promise_, now);
}

std::optional<SocketCheck::Claim> Reservation::answered(int status, TimePoint now) {
  Gate& gate = *std::exchange(gate_, nullptr);
  const Demand& demand = promise_->demand;
  const SocketCheck::Claim claim{promise_->mark, now + demand.settle};
  const bool is_evidence = demand.is_evidence;
  gate.learn(demand.sender, status);
  const bool is_redirect = status >= 300 && status < 400;
  const bool is_refusal =
      (status >= 400 && status < 500) || (is_redirect && demand.redirect_refuses);
  if (is_refusal || promise_->slots == 0) {
    gate.give_back(promise_, now);
  } else {
    promise_->state = Promise::State::settling;
    promise_->until = claim.due;
  }
  return is_evidence ? std::optional(claim) : std::nullopt;
}

void Reservation::lost(TimePoint now) {
  Gate& gate = *std::exchange(gate_, nullptr);
  gate.abandon(promise_);
  gate.stamp_abandoned(now);
}

// --- Ticket

Ticket::Ticket(Gate& gate, Demand demand, TimePoint now, std::function<void()> on_decided)
    : entered_(now), deadline_(now), demand_(demand), on_decided_(std::move(on_decided)) {
  gate.enter(*this);
}

// --- Gate

void Gate::enter(Ticket& ticket) {
  stamp_abandoned(ticket.entered_);
  ticket.deadline_ = ticket.entered_ + settings_.wait;
  ticket.defers_ = turned_away_.has(ticket.demand_.sender);
  waiting_.push_back(ticket);
  if (draining_ || !settings_.configured) {
    ticket.on_decided_ = nullptr;
    conclude(ticket, draining_ ? Decision::draining : Decision::unconfigured,
             basis(ticket.entered_));
  }
}

void Gate::apply(const tmux::Listing& listing) {
  stamp_abandoned(listing.ended);
  if (listing.known() && !(good_ && listing.began < good_->began)) take_good(listing);
  if (!listing.known()) forget_uncounted(listing.began);
  if (!attempted_ || listing.began >= attempt_began_) {
    attempted_ = true;
    attempt_began_ = listing.began;
    attempt_ended_ = listing.ended;
    attempt_fault_ = listing.fault;
    attempt_detail_ = listing.detail;
  }
  decide_waiting(listing.ended);
}

void Gate::take_good(const tmux::Listing& listing) {
  const auto ended = origins_.observe(listing, [&] { return attribute_session(listing.began); });
  departures_.observe(ended, listing);
  socket_check_.observe(listing);
  promises_.end_if([&](const Promise& each) { return each.until && listing.began > *each.until; });
  good_ = listing;
  if (listing.question == tmux::Question::details) {
    details_began_ = listing.began;
    details_wall_ = listing.wall;
  }
}

// With tmux.on_unknown: admit and a signal that stays unknown, no good listing would ever end
// these.
void Gate::forget_uncounted(TimePoint began) {
  promises_.end_if([&](const Promise& each) {
    return each.uncounted && each.until && began > *each.until + settings_.settle;
  });
}

Gate::Basis Gate::basis(TimePoint now) const {
  if (!attempted_) return {SignalState::none, 0, now};
  if (socket_check_.blind()) {
    // A fault names its cause; the last good count is that of a gate that does not see.
    return {attempt_fault_ ? SignalState::unknown : SignalState::blind, 0, now};
  }
  if (!attempt_fault_) return {SignalState::known, good_->live, now};
  if (good_ && now - good_->began < settings_.hold) return {SignalState::held, good_->live, now};
  return {SignalState::unknown, 0, now};
}

int Gate::free_slots(const Basis& on) const {
  return settings_.limit - on.live - promises_.slots();
}

void Gate::decide_waiting(TimePoint now) {
  const Basis on = basis(now);
  decide_those(false, on, now);
  decide_those(true, on, now);
}

void Gate::decide_those(bool defer, const Basis& on, TimePoint now) {
  for (auto next = waiting_.begin(); next != waiting_.end();) {
    Ticket& ticket = *next++;
    if (ticket.defers_ != defer) continue;
    if (const auto decision = decide(ticket, on)) {
      conclude(ticket, *decision, on);
    } else if (!ticket.waits_since_ && listed_since(ticket.entered_)) {
      ticket.waits_since_ = now;
    }
  }
}

// Those that wait already are told apart too: a flood is in the line before its first answer comes.
void Gate::learn(Sender sender, int status) {
  const bool went_well = status >= 200 && status < 300;
  if (!turns_away(status) && !went_well) return;
  if (went_well) {
    turned_away_.remove(sender);
  } else {
    turned_away_.add(sender);
  }
  for (Ticket& ticket : waiting_) {
    if (ticket.demand_.sender == sender) ticket.defers_ = !went_well;
  }
}

std::optional<Decision> Gate::decide(const Ticket& ticket, const Basis& on) const {
  if (!listed_since(ticket.entered_)) return std::nullopt;
  const auto decision = decide_by_rule(ticket, on);
  if (!settings_.observe || (decision && passes(*decision))) return decision;
  return Decision::observed;
}

// On a listing that began after the create was complete.
std::optional<Decision> Gate::decide_by_rule(const Ticket& ticket, const Basis& on) const {
  if (on.signal == SignalState::blind && !settings_.admit_unknown) {
    return socket_check_.trial_due(on.at) && free_slots(on) > 0 ? Decision::admitted
                                                                : Decision::unknown;
  }
  if (!on.counts()) {
    return settings_.admit_unknown ? Decision::admitted_unknown : Decision::unknown;
  }
  if (on.live >= settings_.limit) return Decision::rejected;
  if (free_slots(on) > 0) return Decision::admitted;
  if (listed_since(ticket.deadline_)) return Decision::rejected;
  return std::nullopt;
}

void Gate::conclude(Ticket& ticket, Decision decision, const Basis& on) {
  ticket.unlink();
  ticket.verdict_ = verdict(ticket, decision, on);
  if (decision == Decision::admitted && on.signal == SignalState::blind) {
    socket_check_.trial_passed(on.at);
  }
  if (passes(decision)) {
    const int asked = ticket.demand_.slots;
    Promise promise{.demand = ticket.demand_};
    promise.slots = decision == Decision::admitted ? std::min(asked, free_slots(on)) : asked;
    promise.mark = socket_check_.mark();
    promise.uncounted = decision != Decision::admitted && !on.counts();
    ticket.verdict_->slots = promise.slots;
    ticket.reservation_ = Reservation(*this, promises_.add(promise));
  }
  if (ticket.on_decided_) ticket.on_decided_();
}

Verdict Gate::verdict(const Ticket& ticket, Decision decision, const Basis& on) const {
  Verdict made;
  made.decision = decision;
  made.limit = settings_.limit;
  if (on.counts()) made.live = on.live;
  made.reserved = promises_.slots();
  made.signal = on.signal;
  if (good_) made.signal_age = on.at - good_->began;
  made.fault = fault_name(on.signal);
  made.detail = fault_detail(on.signal);
  made.waited_since = ticket.waits_since_;
  made.reason = reason_of(decision, on);
  if (made.reason) {
    made.retry = retry_window(*made.reason, on.live, settings_.limit, departures_.turnover(on.at));
  }
  return made;
}

std::optional<RefusalReason> Gate::reason_of(Decision decision, const Basis& on) const {
  switch (decision) {
    case Decision::observed:
      return reason_of(on.counts() ? Decision::rejected : Decision::unknown, on);
    case Decision::rejected:
      return on.live >= settings_.limit ? RefusalReason::full : RefusalReason::promised;
    case Decision::unknown:
      return on.signal == SignalState::blind ? RefusalReason::blind : RefusalReason::unknown;
    case Decision::draining:
      return RefusalReason::draining;
    case Decision::unconfigured:
      return RefusalReason::unconfigured;
    default:
      return std::nullopt;
  }
}

std::optional<TimePoint> Gate::next_listing() const {
  if (waiting_.empty()) return std::nullopt;
  if (!listed_since(waiting_.back().entered_)) return waiting_.back().entered_;
  // All that wait were decided once and found the free slots promised.
  if (attempt_fault_) return attempt_ended_ + kRetryUnknown;
  TimePoint next = waiting_.front().deadline_;
  for (const Promise& each : promises_.all()) {
    if (each.until) next = std::min(next, *each.until);
  }
  return next;
}

ClassId Gate::class_id(std::string_view name) {
  const auto found = std::ranges::find(class_names_, name);
  const auto id = static_cast<ClassId>(found - class_names_.begin());
  if (found == class_names_.end()) class_names_.emplace_back(name);
  return id;
}

void Gate::session_named(std::uint64_t /*reservation_id*/, std::string_view /*name*/,
                         Maker /*maker*/) {}

void Gate::configure(Settings settings, TimePoint now) {
  settings_ = std::move(settings);
  decide_waiting(now);
}

void Gate::drain(TimePoint now) {
  draining_ = true;
  while (!waiting_.empty()) conclude(waiting_.front(), Decision::draining, basis(now));
}

void Gate::give_back(Promises::Each promise, TimePoint now) {
  promises_.end(promise);
  decide_waiting(now);
}

void Gate::abandon(Promises::Each promise) {
  if (promise->slots == 0) return promises_.end(promise);
  promise->state = Promise::State::abandoned;
  ++abandoned_total_;
}

// A destructor does not know the time; the next call that does says it. Later than the truth keeps
// the slots longer.
void Gate::stamp_abandoned(TimePoint now) {
  for (Promise& each : promises_.all()) {
    if (each.state == Promise::State::abandoned && !each.until) {
      each.until = now + settings_.settle;
    }
  }
}

// Puts a new session down to a create: first to one that this listing settles, then to any in
// flight.
bool Gate::attribute_session(TimePoint began) {
  std::list<Promise>& all = promises_.all();
  const auto has_room = [](const Promise& each) { return each.attributed < each.slots; };
  auto found = std::ranges::find_if(all, [&](const Promise& each) {
    return has_room(each) && each.until && began > *each.until;
  });
  if (found == all.end()) found = std::ranges::find_if(all, has_room);
  if (found == all.end()) return false;
  ++found->attributed;
  return true;
}

std::string Gate::fault_name(SignalState signal) const {
  if (signal == SignalState::blind) return "blind";
  if (signal == SignalState::none) return "no_listing";
  return attempt_fault_ ? tmux::name_of(*attempt_fault_) : "";
}

std::string Gate::fault_detail(SignalState signal) const {
  if (signal == SignalState::blind) return kBlindDetail;
  if (signal == SignalState::none) return "no listing of the tmux sessions has been made yet";
  return attempt_detail_;
}

Snapshot Gate::snapshot(TimePoint now) const {
  Snapshot shot;
  const Basis on = basis(now);
  shot.limit = settings_.limit;
  shot.observing = settings_.observe;
  shot.open = settings_.configured && !draining_;
  shot.signal = on.signal;
  shot.signal_fault = fault_name(on.signal);
  shot.signal_detail = fault_detail(on.signal);
  shot.match_wrong = socket_check_.match_wrong();
  if (good_) shot.signal_age = now - good_->began;
  if (details_began_) shot.details_age = now - *details_began_;
  shot.details_wall = details_wall_;
  if (on.counts()) shot.live = on.live;
  for (const Promise& each : promises_.all()) {
    switch (each.state) {
      case Promise::State::in_flight:
        shot.in_flight += each.slots;
        break;
      case Promise::State::settling:
        shot.settling += each.slots;
        break;
      case Promise::State::abandoned:
        shot.abandoned += each.slots;
        break;
    }
  }
  shot.waiting = static_cast<int>(waiting_.size());
  return shot;
}

Snapshot Gate::snapshot_with_holders(TimePoint now) const {
  Snapshot shot = snapshot(now);
  if (!shot.live) return shot;
  shot.holders = origins_.holders();
  shot.turnover = departures_.turnover(now);
  shot.retry = retry_window(RefusalReason::full, std::max(*shot.live, shot.limit), shot.limit,
                            shot.turnover);
  return shot;
}

}  // namespace taskgate::gate
