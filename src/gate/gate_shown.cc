// What the gate says of itself and of its decisions.
#include <algorithm>
#include <utility>

#include "gate/gate.h"

namespace taskgate::gate {

Verdict Gate::verdict(const Ticket& ticket, const Ruling& ruling, const Basis& on) const {
  const std::size_t rank = rank_of(ticket);
  Verdict made;
  made.decision = *ruling.decision;
  made.reason = ruling.reason;
  made.limit = settings_.limit;
  if (on.counts()) made.live = on.live;
  made.reserved = promises_.slots();
  made.signal = on.signal;
  made.signal_age = signal_.age(on.at);
  made.fault = signal_.fault_name(on.signal);
  made.detail = signal_.fault_detail(on.signal);
  made.waited_since = ticket.waits_since_;
  made.waited_until = ticket.waited_until_;
  made.class_name = classes_.rule(rank).name;
  made.class_used = shares_.of[rank].used();
  made.class_cap = std::min(shares_.of[rank].cap, settings_.limit);
  made.place = ticket.place_;
  made.in_line_since = ticket.in_line_since_;
  if (ticket.demand_.prefer_wait && ticket.may_prefer_) {
    made.preference_applied = ticket.line_until_ - ticket.entered_;
  }
  if (made.reason) made.retry = retry(*made.reason, rank, on);
  return made;
}

// A class at its cap waits for one of its own, one that others' floors keep out for one beyond
// these.
RetryWindow Gate::retry(RefusalReason reason, std::size_t rank, const Basis& on) const {
  int live = on.live;
  int limit = settings_.limit;
  if (reason == RefusalReason::class_full) {
    const Share& share = shares_.of[rank];
    const bool at_cap = share.used() >= share.cap;
    live = at_cap ? share.used() : live;
    limit = at_cap ? share.cap : limit - owed_to_others(shares_, rank, Outlook::promised);
  }
  return retry_window(reason, live, limit, departures_.turnover(on.at));
}

Snapshot Gate::snapshot(TimePoint now) const {
  Snapshot shot;
  shot.limit = settings_.limit;
  shot.observing = settings_.observe;
  shot.open = settings_.configured && !draining_;
  signal_.show(shot, basis(now));
  shot.match_wrong = socket_check_.match_wrong();
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
  shot.waiting = line_.size();
  return shot;
}

Snapshot Gate::snapshot_with_holders(TimePoint now) const {
  Snapshot shot = snapshot(now);
  show_classes(shot);
  shot.line = line_.standing(classes_);
  auto holders =
      origins_.holders([&](const Origins::Known& session) { return class_name(session); });
  if (!shot.live) {
    shot.last_holders = std::move(holders);
    return shot;
  }
  shot.holders = std::move(holders);
  shot.turnover = departures_.turnover(now);
  shot.retry = retry_window(RefusalReason::full, std::max(*shot.live, shot.limit), shot.limit,
                            shot.turnover);
  if (shot.open && shot.slots_free() == 0) {
    const bool is_full = *shot.live >= shot.limit;
    shot.expected = retry_window(is_full ? RefusalReason::full : RefusalReason::promised,
                                 *shot.live, shot.limit, shot.turnover);
  }
  return shot;
}

void Gate::show_classes(Snapshot& shot) const {
  if (!classes_.configured()) return;
  Shares shares;
  count(shares);
  for (std::size_t rank = 0; rank < classes_.size(); ++rank) {
    const Share& share = shares.of[rank];
    shot.classes.push_back({.name = classes_.rule(rank).name,
                            .used = share.used(),
                            .cap = std::min(share.cap, settings_.limit),
                            .floor = share.floor,
                            .waiting = share.waiting});
  }
}

std::string Gate::class_name(const Origins::Known& session) const {
  const auto rank = classes_.configured() ? rank_of(session) : std::nullopt;
  return rank ? classes_.rule(*rank).name : std::string();
}

}  // namespace taskgate::gate
