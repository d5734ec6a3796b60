#include "class_world.h"

#include <algorithm>

#include "world.h"

namespace taskgate::gate::test {

World::World(const Case& of, const std::vector<Event>& events)
    : of_(of),
      rule_(of.rules[0], of.creates, of.mutant),
      tickets_(of.creates.size()),
      reservations_(of.creates.size()),
      ids_(of.creates.size()),
      spawned_(of.creates.size()),
      alive_(of.creates.size()) {
  if (of.mutant == Mutant::none) gate_ = std::make_unique<Gate>(settings());
  for (const Event& event : events) {
    now_ += 1;
    rule_.begin_step();
    apply(event);
    collect();
  }
  if (!events.empty()) check();
}

std::vector<Event> World::choices() const {
  std::vector<Event> found;
  const auto fresh = std::ranges::find_if(rule_.creates(), &is_fresh);
  if (fresh != rule_.creates().end()) {
    found.push_back({Kind::arrive, static_cast<int>(fresh - rule_.creates().begin())});
  }
  if (running_) found.push_back({snapped_ ? Kind::end : Kind::snap});
  if (running_ && faults_ < of_.faults) found.push_back({Kind::fault});
  const auto next = rule_.next_listing();
  if (!running_ && next && *next > now_) found.push_back({Kind::expire});
  if (!running_ && ((next && *next <= now_) || spare_ < of_.spare)) {
    found.push_back({Kind::begin});
  }
  if (first_end() > now_) found.push_back({Kind::late});
  if (outsiders_ < of_.outsiders) found.push_back({Kind::outsider});
  if (reloads_ + 1 < of_.rules.size()) found.push_back({Kind::reload});
  for (int i = 0; i < count(); ++i) add_choices_of(i, found);
  return found;
}

std::string World::signature() const {
  std::string text;
  const auto digit = [&](auto number) { text += static_cast<char>('0' + number); };
  for (int i = 0; i < count(); ++i) {
    const ClassRules::Create& c = create(i);
    text += is_fresh(c) ? 'n' : c.stands ? 's' : c.waits ? 'w' : c.open ? 'o' : '-';
    for (const int fact : {c.claims, c.expects, c.until >= 0, c.may_stand, rule_.was_lost(i)}) {
      digit(fact);
    }
    digit(c.as);
    digit(spawned_[at(i)] + 2 * alive_[at(i)]);
    if (c.waits) text += passed(c.arrived) + passed(c.wait_end()) + passed(c.line_end());
    if (c.open && c.until >= 0) text += passed(c.until);
    if (c.claims) text += passed(c.admitted);
  }
  for (const auto& [id, session] : rule_.sessions()) {
    text += '/' + std::to_string(id);
    digit(session.of.value_or(9));
    for (const ClassRules::Create& c : rule_.creates()) digit(session.shown > c.admitted);
  }
  text += snapped_ ? 's' : running_ ? 'r' : 'i';
  if (rule_.failed()) text += now_ >= *rule_.failed() + kRetry ? 'F' : 'f';
  if (snapped_) {
    for (const int id : *snapped_) text += std::to_string(id) + ',';
  }
  for (const int used : {deaths_, leaves_, spare_, outsiders_, losses_, faults_}) digit(used);
  digit(reloads_);
  return text;
}

Settings World::settings() const {
  Settings made;
  made.limit = rules().limit;
  made.observe = rules().observe;
  made.hold = Duration::zero();
  made.wait = std::chrono::milliseconds(static_cast<int>(kWait));
  made.settle = std::chrono::milliseconds(static_cast<int>(kSettle));
  made.look = std::chrono::milliseconds(static_cast<int>(kLook));
  for (std::size_t c = 0; c < rules().classes.size(); ++c) {
    const ClassSpec& spec = rules().classes[c];
    if (!spec.present) continue;
    const Duration wait = std::chrono::milliseconds(static_cast<int>(spec.waits ? kLineWait : 0));
    const bool is_default = c + 1 == rules().classes.size();
    made.classes.push_back({.name = is_default ? "default" : name_of(static_cast<int>(c)),
                            .floor = spec.floor,
                            .cap = spec.cap,
                            .wait = wait,
                            .places = spec.places});
  }
  const int inherited = rules().inherited;
  if (inherited >= 0) made.inherited_class = made.classes[at(inherited)].name;
  return made;
}

std::string World::passed(double moment) const {
  std::string text;
  text += rule_.last_began() > moment ? '1' : '0';
  text += running_ && *running_ > moment ? '1' : '0';
  text += now_ >= moment ? '1' : '0';
  return text;
}

double World::first_end() const {
  double first = 1e9;
  for (const ClassRules::Create& c : rule_.creates()) {
    if (c.waits) first = std::min(first, c.stands ? c.line_end() : c.wait_end());
    if (c.open && c.until > now_) first = std::min(first, c.until);
  }
  return first < 1e9 ? first : -1;
}

void World::add_choices_of(int i, std::vector<Event>& found) const {
  const ClassRules::Create& c = create(i);
  const bool is_in_flight = c.open && c.until < 0;
  const bool may_come = c.open && rule_.was_lost(i) && now_ < c.until;
  if ((is_in_flight || may_come) && spawned_[at(i)] == 0) found.push_back({Kind::spawn, i});
  if (is_in_flight && spawned_[at(i)] == 1) found.push_back({Kind::answer, i});
  if (is_in_flight && spawned_[at(i)] == 0 && of_.drops) found.push_back({Kind::drop, i});
  if (is_in_flight && losses_ < of_.losses) found.push_back({Kind::lose, i});
  if (c.expects && c.until >= 0) found.push_back({Kind::name, i});
  if (alive_[at(i)] == 1 && deaths_ < of_.deaths) found.push_back({Kind::die, i});
  if (c.waits && leaves_ < of_.leaves) found.push_back({Kind::leave, i});
}

void World::apply(const Event& event) {
  const int i = event.create;
  switch (event.kind) {
    case Kind::arrive:
      return arrive(i);
    case Kind::leave:
      ++leaves_;
      rule_.leave(i);
      tickets_[at(i)].reset();
      return;
    case Kind::begin: {
      const auto next = rule_.next_listing();
      if (!next || *next > now_ - 1) ++spare_;
      running_ = now_;
      return;
    }
    case Kind::snap:
      snapped_ = living();
      return;
    case Kind::end:
      rule_.listing(*snapped_, *running_, now_);
      if (gate_) gate_->apply(listing_of(sessions(*snapped_), *running_, now_));
      running_.reset();
      snapped_.reset();
      return;
    case Kind::fault:
      ++faults_;
      rule_.fault(*running_, now_);
      if (gate_) gate_->apply(failed(tmux::Fault::timeout, *running_, now_));
      running_.reset();
      snapped_.reset();
      return;
    case Kind::spawn:
      spawned_[at(i)] = alive_[at(i)] = 1;
      return;
    case Kind::answer:
      rule_.answered(i, now_);
      if (gate_) reservations_[at(i)].answered(201, test::at(now_));
      if (!of_.names_late) name(i);
      return;
    case Kind::name:
      return name(i);
    case Kind::drop:
      rule_.not_sent(i, now_);
      if (gate_) reservations_[at(i)].not_sent(test::at(now_));
      return;
    case Kind::lose:
      ++losses_;
      rule_.lost(i, now_);
      if (gate_) reservations_[at(i)].lost(test::at(now_));
      return;
    case Kind::die:
      alive_[at(i)] = 0;
      ++deaths_;
      return;
    case Kind::outsider:
      ++outsiders_;
      return;
    case Kind::reload:
      ++reloads_;
      rule_.reload(rules(), now_);
      if (gate_) gate_->configure(settings(), test::at(now_));
      return;
    case Kind::expire:
      now_ = *rule_.next_listing();
      return;
    case Kind::late:
      now_ = first_end();
      return;
  }
}

void World::arrive(int i) {
  rule_.arrive(i, now_);
  if (!gate_) return;
  Demand demand;
  const int c = create(i).asked_as;
  const bool is_default = c + 1 == static_cast<int>(rules().classes.size());
  demand.class_id = is_default ? kDefaultClass : gate_->class_id(name_of(c));
  demand.is_named = true;
  tickets_[at(i)] = std::make_unique<Ticket>(*gate_, demand, test::at(now_), nullptr);
}

void World::name(int i) {
  rule_.named(i, now_);
  if (gate_) gate_->session_named(ids_[at(i)], session_name(i), {}, test::at(now_));
}

std::vector<int> World::living() const {
  std::vector<int> ids;
  for (int i = 0; i < count(); ++i) {
    if (alive_[at(i)] == 1) ids.push_back(i);
  }
  for (int i = 0; i < outsiders_; ++i) ids.push_back(100 + i);
  return ids;
}

std::vector<tmux::Session> World::sessions(const std::vector<int>& ids) {
  std::vector<tmux::Session> made;
  for (const int id : ids) {
    made.push_back(session(static_cast<std::uint64_t>(id) + 1));
    made.back().name = session_name(id);
  }
  return made;
}

Outcome World::outcome_of(const Verdict& verdict) {
  if (verdict.decision == Decision::admitted) return Outcome::admitted;
  if (verdict.decision == Decision::observed) return Outcome::observed;
  switch (verdict.reason.value_or(RefusalReason::draining)) {
    case RefusalReason::full:
      return Outcome::full;
    case RefusalReason::promised:
      return Outcome::promised;
    case RefusalReason::class_full:
      return Outcome::class_full;
    case RefusalReason::line_full:
      return Outcome::line_full;
    case RefusalReason::unknown:
      return Outcome::unknown;
    default:
      return Outcome::none;
  }
}

void World::collect() {
  if (!gate_) return;
  for (int i = 0; i < count(); ++i) {
    auto& ticket = tickets_[at(i)];
    const bool is_decided = ticket && ticket->verdict() != nullptr;
    const Outcome decided = is_decided ? outcome_of(*ticket->verdict()) : Outcome::none;
    if (decided != create(i).outcome) fail("decided otherwise than by the rule");
    if (!is_decided) continue;
    reservations_[at(i)] = ticket->take_reservation();
    if (reservations_[at(i)]) ids_[at(i)] = reservations_[at(i)].id();
    ticket.reset();
  }
}

}  // namespace taskgate::gate::test
