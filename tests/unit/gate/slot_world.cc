#include "slot_world.h"

#include "world.h"

namespace taskgate::gate::test {
namespace {

constexpr double kWait = 1000;
constexpr double kSettle = 500;  // of creates whose sessions start behind their answer

}  // namespace

SlotWorld::SlotWorld(const SlotCase& of, const std::vector<SlotEvent>& events)
    : of_(of), gate_(settings(of)), creates_(static_cast<std::size_t>(of.creates)) {
  for (std::size_t i = 0; i < of.asks.size(); ++i) creates_[i].asks = of.asks[i];
  for (const SlotEvent& event : events) step(event);
}

Settings SlotWorld::settings(const SlotCase& of, bool observe) {
  Settings made;
  made.observe = observe;
  made.limit = of.limit;
  made.wait = std::chrono::milliseconds(static_cast<int>(kWait));
  return made;
}

std::vector<SlotEvent> SlotWorld::choices() const {
  using Kind = SlotEvent::Kind;
  std::vector<SlotEvent> found;
  const auto fresh = std::ranges::find_if(creates_, [](const Create& c) { return c.arrived < 0; });
  if (fresh != creates_.end()) {
    found.push_back({Kind::arrive, static_cast<int>(fresh - creates_.begin())});
  }
  add_listing_choices(found);
  if (outsiders_ < of_.outsiders) found.push_back({Kind::outsider});
  if (turns_ < of_.turns) found.push_back({Kind::turn});
  for (int i = 0; i < of_.creates; ++i) add_create_choices(i, found);
  return found;
}

std::string SlotWorld::signature() const {
  std::string text;
  for (const Create& c : creates_) text += describe(c);
  text += running_ ? (snapped_ ? "s" + std::to_string(*snapped_) : "r") : "i";
  text += "/" + std::to_string(last_live_) + "/" + std::to_string(deaths_) + "/" +
          std::to_string(spare_) + "/" + std::to_string(outsiders_);
  if (turned_away_) text += 't';
  if (of_.turns > 0) text += "/" + std::to_string(turns_) + "/" + std::to_string(observed_);
  return text;
}

Demand SlotWorld::demand(const Create& c) const {
  Demand made;
  made.sender = is_stranger(c) ? 1 : 0;
  made.slots = of_.holds_one ? 1 : c.asks;
  if (of_.late && !of_.ignores_settle) {
    made.settle = std::chrono::milliseconds(static_cast<int>(kSettle));
  }
  return made;
}

double SlotWorld::settled(const Create& c) const {
  return c.answered + (of_.late ? kSettle : 0);
}

int SlotWorld::promised() const {
  return sum([this](const Create& c) {
    const bool counts = c.reservation || (c.answered >= 0 && last_began_ <= settled(c));
    return counts ? c.held : 0;
  });
}

std::string SlotWorld::describe(const Create& c) const {
  std::string text;
  text += c.arrived < 0 ? 'n' : c.gone ? 'g' : c.forgotten ? 'u' : c.reservation ? 'f' : 'w';
  text += c.answered >= 0 ? 'A' : '-';
  text += c.judged ? 'j' : '-';
  for (const int count : {c.held, c.spawned, c.alive}) text += static_cast<char>('0' + count);
  if (!c.judged && c.arrived >= 0) text += passed(c.arrived) + passed(c.arrived + kWait);
  if (c.answered >= 0) {
    text += passed(settled(c));
    const auto order = std::ranges::count_if(
        creates_, [&](const Create& other) { return other.answered > c.answered; });
    if (of_.late) text += static_cast<char>('0' + order);
  }
  return text;
}

std::string SlotWorld::passed(double moment) const {
  std::string text;
  text += last_began_ > moment ? '1' : '0';
  text += running_ && *running_ > moment ? '1' : '0';
  text += now_ >= moment ? '1' : '0';
  return text;
}

void SlotWorld::add_listing_choices(std::vector<SlotEvent>& found) const {
  using Kind = SlotEvent::Kind;
  if (running_) {
    found.push_back({snapped_ ? Kind::end : Kind::snap});
    return;
  }
  const auto wanted = gate_.next_listing();
  const bool due = wanted && *wanted <= at(now_);
  if (due || spare_ < of_.spare_listings) found.push_back({Kind::begin});
  if (wanted && !due) found.push_back({Kind::expire});
}

void SlotWorld::add_create_choices(int i, std::vector<SlotEvent>& found) const {
  using Kind = SlotEvent::Kind;
  const Create& c = creates_[static_cast<std::size_t>(i)];
  const bool may_fail = c.reservation && c.spawned == 0 && c.asks > 0;
  if (is_starting(c) && c.spawned < c.held) found.push_back({Kind::spawn, i});
  if (may_fail) found.push_back({Kind::fail, i});
  if (may_fail) found.push_back({Kind::drop, i});
  const bool has_started = c.spawned > 0 || c.held == 0 || of_.late || of_.maybe;
  if ((c.reservation || c.forgotten) && has_started) found.push_back({Kind::answer, i});
  if (c.alive > 0 && deaths_ < of_.deaths) found.push_back({Kind::die, i});
}

void SlotWorld::step(const SlotEvent& event) {
  now_ += 1;
  admitted_now_ = observed_now_ = false;
  apply(event);
  collect();
  check();
}

void SlotWorld::apply(const SlotEvent& event) {
  Create& c = creates_[static_cast<std::size_t>(event.create)];
  switch (event.kind) {
    case SlotEvent::Kind::arrive:
      c.arrived = now_;
      c.ticket = std::make_unique<Ticket>(gate_, demand(c), at(now_), nullptr);
      return;
    case SlotEvent::Kind::begin: {
      const auto wanted = gate_.next_listing();
      if (!wanted || *wanted > at(now_ - 1)) ++spare_;
      running_ = now_;
      return;
    }
    case SlotEvent::Kind::snap:
      snapped_ = alive();
      return;
    case SlotEvent::Kind::end:
      last_live_ = *snapped_;
      last_began_ = *running_;
      gate_.apply(live(*snapped_, *running_, now_));
      running_.reset();
      snapped_.reset();
      return;
    case SlotEvent::Kind::expire:
      now_ = number_of(*gate_.next_listing());
      return;
    case SlotEvent::Kind::spawn:
      ++c.spawned;
      ++c.alive;
      return;
    case SlotEvent::Kind::answer:
      c.answered = now_;
      if (is_stranger(c)) turned_away_ = false;
      if (c.forgotten) {
        c.forgotten = false;
      } else if (of_.frees_on_answer) {
        c.reservation.not_sent(at(now_));
      } else {
        c.reservation.answered(201, at(now_));
      }
      return;
    case SlotEvent::Kind::fail:
      c.gone = true;
      if (is_stranger(c)) turned_away_ = true;
      c.reservation.answered(is_stranger(c) ? 401 : 409, at(now_));
      return;
    case SlotEvent::Kind::drop:
      c.gone = true;
      c.reservation.not_sent(at(now_));
      return;
    case SlotEvent::Kind::die:
      --c.alive;
      ++deaths_;
      return;
    case SlotEvent::Kind::outsider:
      ++outsiders_;
      return;
    case SlotEvent::Kind::turn:
      ++turns_;
      gate_.configure(settings(of_, observes()), at(now_));
      return;
  }
}

bool SlotWorld::overtakes(const Create& admitted) const {
  const auto defers = [&](const Create& c) { return turned_away_ && is_stranger(c); };
  return std::ranges::any_of(creates_, [&](const Create& c) {
    const bool waits = c.ticket && c.ticket->verdict() == nullptr && last_began_ > c.arrived;
    if (!waits) return false;
    return defers(c) == defers(admitted) ? c.arrived < admitted.arrived : defers(admitted);
  });
}

void SlotWorld::collect() {
  for (Create& c : creates_) {
    if (c.judged || !c.ticket || c.ticket->verdict() == nullptr) continue;
    c.judged = true;
    const Verdict& verdict = *c.ticket->verdict();
    if (verdict.decision == Decision::admitted) {
      const int free = of_.limit - last_live_ - promised();
      if (free <= 0) fault_ = "admitted against the rule";
      if (overtakes(c)) fault_ = "passed before one who stands before it";
      c.held = std::min(c.asks, free);
      if (fault_.empty() && verdict.slots != c.held && !of_.holds_one) {
        fault_ = "holds another number of slots";
      }
      c.reservation = c.ticket->take_reservation();
      admitted_now_ = true;
      continue;
    }
    if (verdict.decision == Decision::observed) {
      observe(c);
      continue;
    }
    c.gone = true;
    if (observes()) fault_ = "refused although nothing is enforced";
    if (last_began_ <= c.arrived) fault_ = "refused on a listing from before its body was in";
    const bool waited_out = last_began_ > c.arrived + kWait;
    if (last_live_ < of_.limit && !waited_out) fault_ = "refused while a slot was free";
    if (waited_out && last_live_ + verdict.reserved < of_.limit) {
      fault_ = "refused at the end of its wait while a slot was free";
    }
  }
}

void SlotWorld::observe(Create& c) {
  if (!observes()) fault_ = "observed although the limit is enforced";
  if (last_live_ + promised() < of_.limit) fault_ = "observed while a slot was free";
  c.held = c.asks;
  observed_ += c.held;
  observed_now_ = true;
  c.reservation = c.ticket->take_reservation();
  if (of_.forgets_observed) {
    c.reservation.not_sent(at(now_));
    c.forgotten = true;
  }
}

bool SlotWorld::keeps_waiting() const {
  return std::ranges::any_of(creates_, [&](const Create& c) {
    return c.ticket && c.ticket->verdict() == nullptr && last_began_ > c.arrived;
  });
}

void SlotWorld::check() {
  if (observes() && keeps_waiting()) fault_ = "waits although nothing is enforced";
  const int to_come = sum([this](const Create& c) {
    const bool comes = c.reservation || is_starting(c);
    return comes ? c.held - c.spawned : 0;
  });
  // What passed against the rule comes on top, but not where the rule has just admitted
  // something.
  const int beyond = admitted_now_ && !observed_now_ ? 0 : observed_;
  if (alive() - outsiders_ + to_come > of_.limit + beyond) {
    fault_ = "more sessions than the limit allows";
  }
}

}  // namespace taskgate::gate::test
