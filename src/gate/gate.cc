#include "gate/gate.h"

#include <algorithm>
#include <utility>

namespace taskgate::gate {
namespace {

// While the count is unknown, creates that wait ask again after this long, not in a tight loop.
constexpr Duration kRetryUnknown = std::chrono::milliseconds(100);

constexpr Ruling kDraining{Decision::draining, RefusalReason::draining};
constexpr Ruling kUnconfigured{Decision::unconfigured, RefusalReason::unconfigured};

}  // namespace

Gate::Gate(Settings settings, std::optional<std::int64_t> started)
    : settings_(std::move(settings)), origins_(started) {
  classes_.configure(settings_.classes, settings_.inherited_class);
  count(shares_);
}

void Gate::enter(Ticket& ticket) {
  stamp_abandoned(ticket.entered_);
  ticket.deadline_ = ticket.entered_ + settings_.wait;
  const ClassRule& rule = classes_.rule(rank_of(ticket));
  ticket.line_until_ = ticket.entered_ + line_wait(rule, ticket.demand_.prefer_wait);
  ticket.may_prefer_ = longest_wait(rule) > Duration::zero();
  ticket.defers_ = turned_away_.has(ticket.demand_.sender);
  line_.add(ticket);
  if (draining_ || !settings_.configured) {
    ticket.on_decided_ = nullptr;
    conclude(ticket, draining_ ? kDraining : kUnconfigured, basis(ticket.entered_));
  }
}

void Gate::apply(const tmux::Listing& listing) {
  stamp_abandoned(listing.ended);
  if (signal_.observe(listing)) take_good(listing);
  if (!listing.known()) forget_uncounted(listing.began);
  decide_waiting(listing.ended);
}

void Gate::take_good(const tmux::Listing& listing) {
  const auto ended = origins_.observe(listing, [&] { return attribute_session(listing.began); });
  attribution_.match(origins_);
  departures_.observe(ended, listing);
  socket_check_.observe(listing);
  end_if([&](const Promise& each) { return each.until && listing.began > *each.until; });
  attribution_.forget_settled();
}

// With tmux.on_unknown: admit and a signal that stays unknown, no good listing would ever end
// these.
void Gate::forget_uncounted(TimePoint began) {
  end_if([&](const Promise& each) {
    return each.uncounted && each.until && began > *each.until + settings_.settle;
  });
}

std::optional<std::size_t> Gate::rank_of(const Origins::Known& session) const {
  if (session.class_id) return classes_.find(*session.class_id);
  return is_claimable(session) ? std::nullopt : classes_.inherited();
}

bool Gate::is_claimable(const Origins::Known& session) const {
  const auto open = attribution_.open_since();
  return !session.class_id && open && session.first_shown > *open;
}

void Gate::count(Shares& shares) const {
  classes_.reset(shares);
  if (line_.has_stood()) line_.count(classes_, shares);
  if (!classes_.configured()) return;
  origins_.each([&](const Origins::Known& session) {
    if (const auto rank = rank_of(session)) ++shares.of[*rank].sessions;
    if (is_claimable(session)) ++shares.claimable;
  });
  const auto reserve = [&](ClassId class_id, int slots) {
    if (const auto rank = classes_.find(class_id)) shares.of[*rank].reserved += slots;
  };
  for (const Promise& each : promises_.all()) {
    // Its session counts already.
    const bool is_claimed = each.slots > 0 && attribution_.is_claimed(each.id);
    reserve(each.class_id, each.slots - (is_claimed ? 1 : 0));
  }
  attribution_.each_unnamed([&](ClassId class_id) { reserve(class_id, 1); });
}

// Slots that a create of the class of `rank` may take.
int Gate::room(std::size_t rank, const Basis& on, Outlook outlook) const {
  const int promised = outlook == Outlook::promised ? promises_.slots() : 0;
  const int free = settings_.limit - on.live - promised;
  return classes_.configured() ? gate::room(free, shares_, rank, outlook) : free;
}

void Gate::decide_waiting(TimePoint now) {
  if (line_.empty()) return;
  if (classes_.configured() || line_.has_stood()) count(shares_);
  const Basis on = basis(now);
  line_.in_order(classes_, [&](Ticket& ticket) { look_at(ticket, on, now); });
}

void Gate::look_at(Ticket& ticket, const Basis& on, TimePoint now) {
  if (!signal_.listed_since(ticket.entered_)) return;
  const Ruling ruling = rule_on(ticket, on);
  if (ruling.decision) return conclude(ticket, ruling, on);
  ticket.look_found(ruling.reason == RefusalReason::promised, now);
  if (ruling.stands && !ticket.stands()) {
    line_.stand(ticket, classes_, now);
    ++shares_.of[rank_of(ticket)].waiting;
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
  line_.defer(sender, !went_well);
}

// On a listing that began after the create was complete.
Ruling Gate::rule_on(const Ticket& ticket, const Basis& on) const {
  Ruling ruling = on.counts() ? rule_on_count(ticket, on) : rule_without_count(ticket, on);
  const bool is_let_in = ruling.decision && passes(*ruling.decision);
  if (settings_.observe && !is_let_in) ruling.decision = Decision::observed;
  return ruling;
}

Ruling Gate::rule_on_count(const Ticket& ticket, const Basis& on) const {
  const std::size_t rank = rank_of(ticket);
  if (room(rank, on) > 0) return {Decision::admitted, std::nullopt};
  const RefusalReason reason = in_the_way(rank, on);
  if (reason == RefusalReason::promised && !signal_.listed_since(ticket.deadline_)) {
    return {std::nullopt, reason};
  }
  if (!may_stand(ticket)) return {Decision::rejected, reason};
  const bool has_place = ticket.stands() || shares_.of[rank].waiting < classes_.rule(rank).places;
  if (!has_place) return {Decision::rejected, RefusalReason::line_full};
  return {std::nullopt, reason, true};
}

RefusalReason Gate::in_the_way(std::size_t rank, const Basis& on) const {
  if (on.live >= settings_.limit) return RefusalReason::full;
  return room(rank, on, Outlook::best) > 0 ? RefusalReason::promised : RefusalReason::class_full;
}

Ruling Gate::rule_without_count(const Ticket& ticket, const Basis& on) const {
  if (settings_.admit_unknown) return {Decision::admitted_unknown, std::nullopt};
  const bool is_blind = on.signal == SignalState::blind;
  if (is_blind && socket_check_.trial_due(on.at) && room(rank_of(ticket), on) > 0) {
    return {Decision::admitted, std::nullopt};
  }
  const RefusalReason reason = is_blind ? RefusalReason::blind : RefusalReason::unknown;
  if (ticket.stands() && may_stand(ticket)) return {std::nullopt, reason, true};
  return {Decision::unknown, reason};
}

bool Gate::may_stand(const Ticket& ticket) const {
  return ticket.line_until_ > ticket.entered_ && !signal_.listed_since(ticket.line_until_);
}

void Gate::conclude(Ticket& ticket, const Ruling& ruling, const Basis& on) {
  ticket.unlink();
  if (ticket.stands()) --shares_.of[rank_of(ticket)].waiting;
  ticket.verdict_ = verdict(ticket, ruling, on);
  if (ruling.decision == Decision::admitted && on.signal == SignalState::blind) {
    socket_check_.trial_passed(on.at);
  }
  if (passes(*ruling.decision)) reserve(ticket, *ruling.decision, on);
  if (ticket.on_decided_) ticket.on_decided_();
}

void Gate::reserve(Ticket& ticket, Decision decision, const Basis& on) {
  const std::size_t rank = rank_of(ticket);
  const int asked = ticket.demand_.slots;
  Promise promise{.demand = ticket.demand_};
  promise.demand.route = promise.demand.path_id = {};  // live no longer than the ticket
  promise.slots = decision == Decision::admitted ? std::min(asked, room(rank, on)) : asked;
  promise.mark = socket_check_.mark();
  promise.uncounted = decision != Decision::admitted && !on.counts();
  promise.class_id = classes_.id_at(rank);
  ticket.verdict_->slots = promise.slots;
  const Promises::Each added = promises_.add(promise);
  if (added->slots > 0) {
    attribution_.admitted(added->id, added->class_id, added->demand.is_named, on.at);
  }
  if (classes_.configured()) shares_.of[rank].reserved += added->slots;
  ticket.reservation_ = Reservation(*this, added);
}

std::optional<TimePoint> Gate::next_listing() const {
  if (line_.empty()) return std::nullopt;
  if (!signal_.listed_since(line_.newest_entered())) return line_.newest_entered();
  // All that wait were decided once.
  const TimePoint retry = signal_.ended() + kRetryUnknown;
  const Line::Ends ends = line_.first_ends();
  if (signal_.failed() && ends.waits) return retry;
  TimePoint next = ends.waits.value_or(TimePoint::max());
  if (ends.stands) next = std::min({next, *ends.stands, signal_.began() + settings_.look});
  for (const Promise& each : promises_.all()) {
    if (each.until) next = std::min(next, *each.until);
  }
  return signal_.failed() ? std::max(next, retry) : next;
}

void Gate::session_named(std::uint64_t reservation_id, std::string_view name, Maker maker,
                         TimePoint now) {
  attribution_.named(reservation_id, name, std::move(maker), origins_);
  if (classes_.configured()) decide_waiting(now);
}

void Gate::forget_count() {
  signal_.forget();
  origins_.count_others();
  socket_check_.forget();
}

void Gate::configure(Settings settings, TimePoint now) {
  if (settings.wait != settings_.wait) line_.waits_differ();
  settings_ = std::move(settings);
  classes_.configure(settings_.classes, settings_.inherited_class);
  count(shares_);
  decide_waiting(now);
}

void Gate::drain(TimePoint now) {
  draining_ = true;
  while (!line_.empty()) conclude(line_.oldest(), kDraining, basis(now));
}

void Gate::give_back(Promises::Each promise, TimePoint now) {
  attribution_.gone(promise->id);
  promises_.end(promise);
  decide_waiting(now);
}

void Gate::abandon(Promises::Each promise) {
  if (promise->slots == 0) return promises_.end(promise);
  attribution_.unnamed(promise->id);
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

}  // namespace taskgate::gate
