// The rule of classes and of the line once more, for the search: written down from its sentences,
// without any thought of cost, and with faults that can be switched on to see them found.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace taskgate::gate::test {

struct ClassSpec {
  int floor = 0;
  int cap = 99;
  bool waits = false;  // in line, for kLineWait
  int places = 9;
  bool present = true;  // in the configuration
};

struct Rules {
  int limit = 2;
  std::vector<ClassSpec> classes;  // in their order; the last is the default one
  bool observe = false;
  int inherited = -1;  // class of the sessions that nobody names
};

enum class Mutant : std::uint8_t {
  none,
  no_total,           // total < limit is not asked for
  no_cap,             // ... nor used(c) < cap(c)
  no_own_floor,       // ... nor whether the class is below its floor
  no_owed,            // what is owed to others is free for all
  only_reserved,      // sessions that live do not count as used
  only_listed,        // creates in flight do not count as used
  newest_first,       // in a class
  by_age,             // whatever the class
  holds_up,           // one that may not be admitted holds up those behind it
  forgets_line,       // who stands is not decided again before its end
  no_promises,        // slots that are promised are refused at once
  no_claims,          // ... where a session of nobody's may be the one that is owed
  line_for_all,       // without a bound of places
  line_ends_at_once,  // nobody stands
  keeps_on_reload,    // caps and floors stay those that were there first
  unknown_clears,     // a listing that fails ends the line
};

enum class Outcome : std::uint8_t {
  none,
  admitted,
  observed,
  full,
  promised,
  class_full,
  line_full,
  unknown
};

inline constexpr double kWait = 1000;
inline constexpr double kLineWait = 3000;
inline constexpr double kSettle = 500;
inline constexpr double kLook = 250;
inline constexpr double kRetry = 100;  // behind a listing that failed

class ClassRules {
 public:
  struct Create {
    int asked_as = 0;  // class
    int as = 0;        // that it was admitted as
    double arrived = -1;
    bool waits = false;
    bool stands = false;
    double admitted = -1;
    bool open = false;       // its reservation
    double until = -1;       // ends with a listing that began behind it; below zero: not known
    bool claims = false;     // its session may still be named
    bool expects = false;    // a name
    Outcome outcome{};       // of this step
    bool stood = false;      // ever
    bool may_stand = false;  // as of its arrival
    double wait_end() const { return arrived + kWait; }
    double line_end() const { return arrived + kLineWait; }
  };
  struct Session {
    double shown = -1;        // first, by a listing that ended then
    std::optional<int> of{};  // class
  };

  ClassRules(Rules rules, const std::vector<int>& classes, Mutant mutant)
      : rules_(rules), first_rules_(rules), mutant_(mutant) {
    for (const int each : classes) creates_.push_back({.asked_as = each});
  }

  const Rules& rules() const { return rules_; }
  const std::vector<Create>& creates() const { return creates_; }
  const std::map<int, Session>& sessions() const { return sessions_; }
  double last_began() const { return last_began_; }
  // When the last listing ended, if it failed.
  std::optional<double> failed() const { return failed_; }

  void begin_step() {
    for (Create& each : creates_) each.outcome = Outcome::none;
  }
  void arrive(int i, double now) {
    Create& create = at(i);
    create.arrived = now;
    create.waits = true;
    create.may_stand = spec(create.asked_as).waits && mutant_ != Mutant::line_ends_at_once;
  }
  void leave(int i) { at(i).waits = at(i).stands = false; }
  // The sessions by the number of the create that made them, those of others from 100 on.
  void listing(const std::vector<int>& ids, double began, double now) {
    std::map<int, Session> shown;
    for (const int id : ids) {
      const auto known = sessions_.find(id);
      shown[id] = known == sessions_.end() ? Session{now} : known->second;
    }
    sessions_ = shown;
    last_began_ = began;
    failed_.reset();
    for (std::size_t i = 0; i < creates_.size(); ++i) {
      Create& each = creates_[i];
      if (each.claims && is_named(each)) name_session(static_cast<int>(i));
      if (each.until >= 0 && began > each.until) each.open = false;
      if (!each.open && !each.expects) each.claims = false;
    }
    decide(now);
  }
  void fault(double began, double now) {
    last_began_ = began;
    failed_ = now;
    decide(now);
  }
  void answered(int i, double now) { at(i).until = now; }
  void named(int i, double now) {
    at(i).expects = false;
    name_session(i);
    decide(now);
  }
  void not_sent(int i, double now) {
    at(i).open = at(i).claims = at(i).expects = false;
    decide(now);
  }
  void lost(int i, double now) {
    at(i).until = now + kSettle;
    at(i).expects = false;
    is_lost_.push_back(i);
  }
  void reload(const Rules& rules, double now) {
    rules_ = rules;
    decide(now);
  }

  int total() const { return static_cast<int>(sessions_.size()) + open_slots(); }
  int open_slots() const {
    return static_cast<int>(std::ranges::count(creates_, true, &Create::open));
  }
  // The class of a create that waits.
  int class_of(const Create& create) const {
    const bool is_there = rules_.classes[static_cast<std::size_t>(create.asked_as)].present;
    return is_there ? create.asked_as : static_cast<int>(rules_.classes.size()) - 1;
  }
  bool looked_at(const Create& create) const {
    return create.waits && last_began_ > create.arrived;
  }

  // By the sentence of the contract; `now_open` are the reservations that count.
  bool admits(int c, bool promised_count = true) const {
    const int open = promised_count ? open_slots() : 0;
    const int all = static_cast<int>(sessions_.size()) + open;
    const int has = used(c, promised_count);
    const ClassSpec& mine = spec(c);
    int owed = 0;
    for (int d = 0; d < static_cast<int>(rules_.classes.size()); ++d) {
      if (d != c && rules_.classes[static_cast<std::size_t>(d)].present) {
        owed += std::max(0, spec(d).floor - used(d, promised_count));
      }
    }
    if (!promised_count && mutant_ != Mutant::no_claims) owed = std::max(0, owed - claimable());
    if (mutant_ == Mutant::no_owed) owed = 0;
    const bool total_allows = all < rules_.limit || mutant_ == Mutant::no_total;
    const bool cap_allows = has < mine.cap || mutant_ == Mutant::no_cap;
    const bool is_below = has < mine.floor && mutant_ != Mutant::no_own_floor;
    return total_allows && cap_allows && (is_below || all + owed < rules_.limit);
  }

  int used(int c, bool promised_count) const {
    int sum = 0;
    if (mutant_ != Mutant::only_reserved) {
      sum += static_cast<int>(std::ranges::count_if(sessions_, [&](const auto& entry) {
        const Session& session = entry.second;
        const bool is_nobodys = !session.of && !is_claimable(session);
        return session.of == c || (is_nobodys && rules_.inherited == c);
      }));
    }
    if (promised_count && mutant_ != Mutant::only_listed) {
      sum += static_cast<int>(std::ranges::count_if(creates_, [&](const Create& each) {
        return each.as == c && each.claims && (each.open || each.expects);
      }));
    }
    return sum;
  }

  int standing(int c) const {
    return static_cast<int>(std::ranges::count_if(
        creates_, [&](const Create& each) { return each.stands && class_of(each) == c; }));
  }

  std::optional<double> next_listing() const {
    std::optional<double> next;
    const auto consider = [&](double moment) { next = next ? std::min(*next, moment) : moment; };
    double newest = -1;
    for (const Create& each : creates_) {
      if (!each.waits) continue;
      newest = each.arrived;
      consider(each.stands ? std::min(each.line_end(), last_began_ + kLook) : each.wait_end());
    }
    if (!next) return std::nullopt;
    if (newest >= last_began_) return newest;
    for (const Create& each : creates_) {
      if (each.open && each.until >= 0) consider(each.until);
    }
    return failed_ ? std::max(*next, *failed_ + kRetry) : *next;
  }

  // Whether a session of the last listing may still be named by some create.
  bool is_claimable(const Session& session) const {
    return !session.of && std::ranges::any_of(creates_, [&](const Create& each) {
      return each.claims && session.shown > each.admitted;
    });
  }
  // The same without a fault, to judge by.
  ClassRules sane() const {
    ClassRules copy = *this;
    copy.mutant_ = Mutant::none;
    return copy;
  }
  // What if this create had not been admitted, or had ended so?
  void forget(int i) { at(i).open = at(i).claims = false; }
  void resolve(int i, bool leaves_session) {
    forget(i);
    if (sessions_.contains(i) || leaves_session) {
      sessions_[i].of = was_lost(i) ? std::nullopt : std::optional(at(i).as);
    }
  }
  bool was_lost(int i) const { return std::ranges::count(is_lost_, i) > 0; }

 private:
  Create& at(int i) { return creates_[static_cast<std::size_t>(i)]; }
  const ClassSpec& spec(int c) const {
    const Rules& from = mutant_ == Mutant::keeps_on_reload ? first_rules_ : rules_;
    return from.classes[static_cast<std::size_t>(c)];
  }
  static bool is_named(const Create& each) { return !each.expects && each.until >= 0; }

  void name_session(int i) {
    const auto session = sessions_.find(i);
    if (was_lost(i) || session == sessions_.end()) return;
    if (session->second.shown <= at(i).admitted) return;
    session->second.of = at(i).as;
    at(i).claims = false;
  }

  int claimable() const {
    return static_cast<int>(std::ranges::count_if(
        sessions_, [&](const auto& entry) { return is_claimable(entry.second); }));
  }

  void decide(double now) {
    std::vector<int> order;
    for (int i = 0; i < static_cast<int>(creates_.size()); ++i) {
      if (looked_at(at(i))) order.push_back(i);
    }
    if (mutant_ == Mutant::newest_first) std::ranges::reverse(order);
    if (mutant_ != Mutant::by_age) {
      std::ranges::stable_sort(order, {}, [this](int i) { return class_of(at(i)); });
    }
    for (const int i : order) {
      look_at(at(i), now);
      if (mutant_ == Mutant::holds_up && at(i).waits) return;
    }
  }

  void look_at(Create& create, double now) {
    const int c = class_of(create);
    const bool is_over = last_began_ > create.line_end();
    if (mutant_ == Mutant::forgets_line && create.stands && !is_over) return;
    if (failed_) {
      const bool stays = create.stands && !is_over && mutant_ != Mutant::unknown_clears;
      return stays ? void() : refuse(create, Outcome::unknown);
    }
    if (admits(c)) return let_in(create, c, Outcome::admitted, now);
    const bool is_full = static_cast<int>(sessions_.size()) >= rules_.limit;
    const bool is_promised = !is_full && admits(c, false) && mutant_ != Mutant::no_promises;
    const Outcome reason = is_full       ? Outcome::full
                           : is_promised ? Outcome::promised
                                         : Outcome::class_full;
    if (rules_.observe) return let_in(create, c, Outcome::observed, now);
    if (is_promised && last_began_ <= create.wait_end()) return;
    if (!create.may_stand || is_over) return refuse(create, reason);
    const bool has_place = create.stands || standing(c) < spec(c).places;
    if (!has_place && mutant_ != Mutant::line_for_all) return refuse(create, Outcome::line_full);
    create.stands = create.stood = true;
  }

  static void let_in(Create& create, int c, Outcome outcome, double now) {
    create.outcome = outcome;
    create.as = c;
    create.waits = create.stands = false;
    create.open = create.claims = create.expects = true;
    create.admitted = now;
  }
  static void refuse(Create& create, Outcome outcome) {
    create.outcome = outcome;
    create.waits = create.stands = false;
  }

  Rules rules_;
  Rules first_rules_;
  Mutant mutant_;
  std::vector<Create> creates_;
  std::map<int, Session> sessions_;  // of the last listing
  std::vector<int> is_lost_;
  double last_began_ = -1;
  std::optional<double> failed_;
};

}  // namespace taskgate::gate::test
