// What the search over classes and the line holds every state to.
#include <algorithm>

#include "class_world.h"
#include "world.h"

namespace taskgate::gate::test {

void World::check() {
  if (gate_) check_gate();
  check_truth();
  const ClassRules rule = rule_.sane();
  for (int i = 0; i < count(); ++i) {
    check_left_behind(i, rule);
    check_admitted(i, rule);
    check_refused(i, rule);
  }
  if (finished()) check_nothing_leaks();
}

void World::check_gate() {
  const auto wished = gate_->next_listing();
  const auto next = rule_.next_listing();
  if (wished.has_value() != next.has_value() || (next && *wished != test::at(*next))) {
    fail("wishes the next listing at another time");
  }
  const Snapshot shot = gate_->snapshot_with_holders(test::at(now_));
  if (shot.reservations() != rule_.open_slots()) fail("counts other reservations");
  std::size_t place = 0;
  for (int c = 0; c < static_cast<int>(rules().classes.size()); ++c) {
    if (!rules().classes[at(c)].present) continue;
    const ClassState& state = shot.classes.at(place++);
    if (state.used != rule_.used(c, true)) fail("counts other slots for a class");
    if (state.waiting != rule_.standing(c)) fail("others stand in its line");
  }
}

void World::check_truth() {
  if (of_.rules.size() > 1 || rules().observe) return;
  int all = 0;
  int owed = 0;
  for (int c = 0; c < static_cast<int>(rules().classes.size()); ++c) {
    int mine = 0;
    for (int i = 0; i < count(); ++i) {
      const bool may_come = create(i).open && spawned_[at(i)] == 0;
      const bool is_its = create(i).admitted >= 0 && create(i).as == c;
      if (is_its && (alive_[at(i)] == 1 || may_come)) ++mine;
    }
    const ClassSpec& spec = rules().classes[at(c)];
    const bool knows_all = of_.losses == 0 && !of_.names_late;
    if (knows_all && mine > spec.cap) fail("more sessions of a class than its cap");
    all += mine;
    owed += std::max(0, spec.floor - mine);
  }
  const bool is_alone = of_.outsiders == 0 && of_.losses == 0 && !of_.names_late;
  if (is_alone && all + owed > rules().limit) fail("what a class is owed is gone");
  if (all > rules().limit) fail("more sessions than the limit allows");
}

void World::check_left_behind(int i, const ClassRules& rule) {
  const ClassRules::Create& c = create(i);
  const bool is_refused = c.outcome > Outcome::observed;
  if (!is_refused && !rule.looked_at(c)) return;
  const int its = rule.class_of(c);
  if (!rule.failed() && rule.admits(its)) {
    const bool is_below = rule.used(its, true) < rules().classes[at(its)].floor;
    fail(is_below ? "a class below its floor is kept out" : "an admissible create is left");
  }
  if (rules().observe) fail("held up although nothing is enforced");
  if (rule.standing(its) > rules().classes[at(its)].places && of_.rules.size() == 1) {
    fail("more stand in line than there are places");
  }
}

void World::check_admitted(int i, const ClassRules& rule) {
  if (create(i).outcome != Outcome::admitted) return;
  if (!somebody_observed() && rule.total() > rules().limit) {
    fail("admitted although no slot is free");
  }
  const int its = create(i).as;
  if (!somebody_observed() && rule.used(its, true) > rules().classes[at(its)].cap) {
    fail("admitted beyond its cap");
  }
  ClassRules without = rule;
  without.forget(i);
  for (int before = 0; before < count(); ++before) {
    const ClassRules::Create& c = create(before);
    const bool is_left = c.outcome > Outcome::observed || rule.looked_at(c);
    const auto order = [&](int which) { return std::pair(rule.class_of(create(which)), which); };
    if (is_left && order(before) < order(i) && without.admits(rule.class_of(c))) {
      fail("passed before one who stands before it");
    }
  }
}

void World::check_refused(int i, const ClassRules& rule) {
  const ClassRules::Create& c = create(i);
  if (c.outcome <= Outcome::observed) return;
  if (c.stood && rule.last_began() <= c.line_end()) {
    fail("refused before its wait in line was over");
  }
  if (c.outcome == Outcome::unknown) return;
  const bool is_early = rule.last_began() <= c.wait_end();
  const bool is_full = static_cast<int>(rule.sessions().size()) >= rules().limit;
  if (is_early && !is_full && can_still_pass(i, rule)) {
    fail("refused although a create in flight may leave it its slot");
  }
  const int its = rule.class_of(c);
  const bool has_place = rule.standing(its) < rules().classes[at(its)].places;
  const bool was_let_wait = of_.rules[0].classes[at(c.asked_as)].waits && of_.rules.size() == 1;
  if (was_let_wait && has_place && rule.last_began() <= c.line_end()) {
    fail("refused before its wait in line was over");
  }
  if (c.outcome == Outcome::line_full && has_place) fail("refused for a line that has room");
}

bool World::can_still_pass(int i, const ClassRules& rule) const {
  std::vector<int> open;
  for (int each = 0; each < count(); ++each) {
    if (create(each).open || create(each).claims) open.push_back(each);
  }
  for (unsigned ways = 0; ways < (1U << open.size()); ++ways) {
    ClassRules end = rule;
    for (std::size_t each = 0; each < open.size(); ++each) {
      end.resolve(open[each], ((ways >> each) & 1U) == 1);
    }
    if (end.admits(rule.class_of(create(i)))) return true;
  }
  return false;
}

bool World::somebody_observed() const {
  return std::ranges::count(rule_.creates(), Outcome::observed, &ClassRules::Create::outcome) > 0;
}

void World::check_nothing_leaks() {
  if (!gate_) return;
  const double later = now_ + 100'000;
  gate_->apply(listing_of(sessions(living()), later));
  rule_.listing(living(), later, later);
  const Snapshot shot = gate_->snapshot_with_holders(test::at(later + 1));
  if (shot.reservations() != 0 || shot.waiting != 0) fail("something leaks");
  if (!shot.line.empty() || gate_->next_listing()) fail("the line leaks");
  int used = 0;
  for (const ClassState& each : shot.classes) used += each.used;
  int known = 0;
  for (int c = 0; c < static_cast<int>(rules().classes.size()); ++c) {
    if (rules().classes[at(c)].present) known += rule_.used(c, false);
  }
  if (used != known) fail("a class has slots that nobody uses");
}

}  // namespace taskgate::gate::test
