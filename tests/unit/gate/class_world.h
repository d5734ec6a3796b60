// The world of the search over classes and the line: what happens to creates, sessions and the
// gate, from a list of events, and what is wrong with it at their end.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "class_rule.h"
#include "gate/gate.h"

namespace taskgate::gate::test {

struct Event {
  enum class Kind : std::uint8_t {
    arrive,
    leave,
    begin,
    snap,
    end,
    fault,  // it fails instead
    spawn,
    answer,
    name,
    drop,
    lose,
    die,
    outsider,
    reload,
    expire,  // the time comes for which the next listing was wished
    late     // ... for which somebody waits, and it did not begin
  };
  Kind kind;
  int create = 0;
};

struct Case {
  const char* what = "";
  std::vector<Rules> rules;  // the first, and what reloads make of it
  std::vector<int> creates;  // the class of each
  int deaths = 1;
  int leaves = 0;
  int spare = 1;  // listings that no create asked for
  int outsiders = 0;
  int losses = 0;
  bool names_late = false;  // the body of an answer comes behind its head
  bool drops = true;
  Mutant mutant = Mutant::none;
  int faults = 0;  // listings that fail
};

class World {
 public:
  World(const Case& of, const std::vector<Event>& events);

  const std::string& fault() const { return fault_; }
  bool finished() const {
    return std::ranges::all_of(rule_.creates(), [](const ClassRules::Create& each) {
      const bool is_in_flight = each.open && each.until < 0;
      return each.arrived >= 0 && !each.waits && !is_in_flight && !each.expects;
    });
  }

  std::vector<Event> choices() const;

  // Equal for states that cannot be told apart by any future.
  std::string signature() const;

 private:
  using Kind = Event::Kind;
  static std::size_t at(int i) { return static_cast<std::size_t>(i); }
  int count() const { return static_cast<int>(of_.creates.size()); }
  const ClassRules::Create& create(int i) const { return rule_.creates()[at(i)]; }
  static bool is_fresh(const ClassRules::Create& c) { return c.arrived < 0; }
  const Rules& rules() const { return of_.rules[reloads_]; }
  static std::string name_of(int c) { return "class-" + std::to_string(c); }

  Settings settings() const;

  // What has come behind a moment: a listing that ended, one that runs, the present.
  std::string passed(double moment) const;

  // Of all that wait for a time.
  double first_end() const;
  void add_choices_of(int i, std::vector<Event>& found) const;
  void apply(const Event& event);
  void arrive(int i);
  void name(int i);
  static std::string session_name(int id) { return "kube-coder-" + std::to_string(id); }

  std::vector<int> living() const;
  static std::vector<tmux::Session> sessions(const std::vector<int>& ids);
  static Outcome outcome_of(const Verdict& verdict);

  // Takes what the gate decided in this step, which is what the rule decided.
  void collect();

  // The first fault is told.
  void fail(const char* fault) {
    if (fault_.empty()) fault_ = fault;
  }

  void check();

  // That what it shows is what the rule has.
  void check_gate();

  // Promises about what really lives. What they rest on: nothing passes but by the rule, and each
  // session is known by the answer.
  void check_truth();
  void check_left_behind(int i, const ClassRules& rule);
  void check_admitted(int i, const ClassRules& rule);
  void check_refused(int i, const ClassRules& rule);

  // By trying all that can become of the creates in flight.
  bool can_still_pass(int i, const ClassRules& rule) const;
  bool somebody_observed() const;
  void check_nothing_leaks();

  const Case& of_;
  ClassRules rule_;
  std::unique_ptr<Gate> gate_;
  std::vector<std::unique_ptr<Ticket>> tickets_;
  std::vector<Reservation> reservations_;
  std::vector<std::uint64_t> ids_;
  std::vector<int> spawned_;
  std::vector<int> alive_;
  double now_ = 0;
  std::optional<double> running_;
  std::optional<std::vector<int>> snapped_;
  std::size_t reloads_ = 0;
  int deaths_ = 0;
  int leaves_ = 0;
  int spare_ = 0;
  int outsiders_ = 0;
  int losses_ = 0;
  int faults_ = 0;
  std::string fault_;
};

}  // namespace taskgate::gate::test
