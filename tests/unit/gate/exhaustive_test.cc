// An exhaustive search over small cases: every order of arrivals, listings (with the moment at
// which the server takes its snapshot apart from begin and end), session starts, answers, failures
// and deaths. In every state the sessions that exist or are still to come stay within the limit,
// and nobody is refused for a reason that the listing did not show.
//
// The world is rebuilt from its list of events for each state, which needs no copying of the gate;
// states that differ in nothing that matters are visited once.
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "gate/gate.h"
#include "support/catch.h"
#include "world.h"

using namespace taskgate;
using namespace taskgate::gate;
using namespace taskgate::gate::test;

namespace {

struct Event {
  enum class Kind : std::uint8_t {
    arrive,
    begin,
    snap,
    end,
    spawn,
    answer,
    fail,
    drop,
    die,
    outsider,
    expire
  };
  Kind kind;
  int create = 0;
};

struct Case {
  int limit = 2;
  int creates = 4;
  int deaths = 2;
  int spare_listings = 1;        // listings that no create asked for: scrapes
  int outsiders = 0;             // sessions that another door makes
  bool frees_on_answer = false;  // a wrong rule, to show that the search finds it
};

struct Create {
  std::unique_ptr<Ticket> ticket;
  Reservation reservation;
  double arrived = -1;
  double answered = -1;  // 201
  bool gone = false;     // refused, failed or never sent
  bool spawned = false;
  bool alive = false;
  bool judged = false;

  // Whether the rule still counts it: admitted, and not yet covered by a listing that began after
  // its answer.
  bool promised(double last_began) const {
    return bool(reservation) || (answered >= 0 && last_began <= answered);
  }
};

class World {
 public:
  World(const Case& of, const std::vector<Event>& events)
      : of_(of), gate_(settings(of)), creates_(static_cast<std::size_t>(of.creates)) {
    for (const Event& event : events) step(event);
  }

  // The events that can happen next.
  std::vector<Event> choices() const {
    using Kind = Event::Kind;
    std::vector<Event> found;
    const auto fresh =
        std::ranges::find_if(creates_, [](const Create& c) { return c.arrived < 0; });
    if (fresh != creates_.end()) {
      found.push_back({Kind::arrive, static_cast<int>(fresh - creates_.begin())});
    }
    add_listing_choices(found);
    if (outsiders_ < of_.outsiders) found.push_back({Kind::outsider});
    for (int i = 0; i < of_.creates; ++i) add_create_choices(i, found);
    return found;
  }

  // What is wrong in this state; empty if nothing is.
  std::string fault() const { return fault_; }
  bool finished() const {
    return std::ranges::all_of(creates_, [](const Create& c) { return c.judged; });
  }

  // Equal for states that cannot be told apart by any future.
  std::string signature() const {
    std::string text;
    for (const Create& c : creates_) text += describe(c);
    text += running_ ? (snapped_ ? "s" + std::to_string(*snapped_) : "r") : "i";
    text += "/" + std::to_string(last_live_) + "/" + std::to_string(deaths_) + "/" +
            std::to_string(spare_) + "/" + std::to_string(outsiders_);
    return text;
  }

 private:
  static Settings settings(const Case& of) {
    Settings made;
    made.limit = of.limit;
    made.wait = std::chrono::milliseconds(1000);
    return made;
  }

  int alive() const {
    return outsiders_ + static_cast<int>(std::ranges::count_if(
                            creates_, [](const Create& c) { return c.alive; }));
  }

  int promised() const {
    return static_cast<int>(std::ranges::count_if(
        creates_, [this](const Create& c) { return c.promised(last_began_); }));
  }

  std::string describe(const Create& c) const {
    std::string text;
    text += c.arrived < 0   ? 'n'
            : c.gone        ? 'g'
            : c.alive       ? 'a'
            : c.spawned     ? 'd'
            : c.reservation ? 'f'
                            : 'w';
    text += c.answered >= 0 ? 'A' : '-';
    text += c.judged ? 'j' : '-';
    if (!c.judged && c.arrived >= 0) {
      for (const double moment : {c.arrived, c.arrived + 1000}) {
        text += last_began_ > moment ? '1' : '0';
        text += running_ && *running_ > moment ? '1' : '0';
      }
    }
    if (c.answered >= 0) {
      text += last_began_ > c.answered ? '1' : '0';
      text += running_ && *running_ > c.answered ? '1' : '0';
    }
    return text;
  }

  void add_listing_choices(std::vector<Event>& found) const {
    using Kind = Event::Kind;
    if (running_) {
      found.push_back({snapped_ ? Kind::end : Kind::snap});
      return;
    }
    const auto wanted = gate_.next_listing();
    const bool due = wanted && *wanted <= at(now_);
    if (due || spare_ < of_.spare_listings) found.push_back({Kind::begin});
    if (wanted && !due) found.push_back({Kind::expire});
  }

  void add_create_choices(int i, std::vector<Event>& found) const {
    using Kind = Event::Kind;
    const Create& c = creates_[static_cast<std::size_t>(i)];
    if (c.reservation && !c.spawned) {
      found.push_back({Kind::spawn, i});
      found.push_back({Kind::fail, i});
      found.push_back({Kind::drop, i});
    }
    if (c.reservation && c.spawned) found.push_back({Kind::answer, i});
    if (c.alive && deaths_ < of_.deaths) found.push_back({Kind::die, i});
  }

  void step(const Event& event) {
    now_ += 1;
    apply(event);
    collect();
    check();
  }

  void apply(const Event& event) {
    Create& c = creates_[static_cast<std::size_t>(event.create)];
    switch (event.kind) {
      case Event::Kind::arrive:
        c.arrived = now_;
        c.ticket = std::make_unique<Ticket>(gate_, Duration::zero(), at(now_), nullptr);
        return;
      case Event::Kind::begin: {
        const auto wanted = gate_.next_listing();
        if (!wanted || *wanted > at(now_ - 1)) ++spare_;
        running_ = now_;
        return;
      }
      case Event::Kind::snap:
        snapped_ = alive();
        return;
      case Event::Kind::end:
        last_live_ = *snapped_;
        last_began_ = *running_;
        gate_.apply(live(*snapped_, *running_, now_));
        running_.reset();
        snapped_.reset();
        return;
      case Event::Kind::expire:
        now_ += 1000;
        return;
      case Event::Kind::spawn:
        c.spawned = c.alive = true;
        return;
      case Event::Kind::answer:
        c.answered = now_;
        if (of_.frees_on_answer) {
          c.reservation.not_sent(at(now_));
        } else {
          c.reservation.answered(201, at(now_));
        }
        return;
      case Event::Kind::fail:
        c.gone = true;
        c.reservation.answered(409, at(now_));
        return;
      case Event::Kind::drop:
        c.gone = true;
        c.reservation.not_sent(at(now_));
        return;
      case Event::Kind::die:
        c.alive = false;
        ++deaths_;
        return;
      case Event::Kind::outsider:
        ++outsiders_;
        return;
    }
  }

  // Takes what the gate decided in this step.
  void collect() {
    for (Create& c : creates_) {
      if (c.judged || !c.ticket || c.ticket->verdict() == nullptr) continue;
      c.judged = true;
      const Verdict& verdict = *c.ticket->verdict();
      if (verdict.decision == Decision::admitted) {
        if (last_live_ + promised() >= of_.limit) fault_ = "admitted against the rule";
        c.reservation = c.ticket->take_reservation();
        continue;
      }
      c.gone = true;
      if (last_began_ <= c.arrived) fault_ = "refused on a listing from before its body was in";
      const bool waited_out = last_began_ > c.arrived + 1000;
      if (last_live_ < of_.limit && !waited_out) fault_ = "refused while a slot was free";
      if (waited_out && last_live_ + verdict.reserved < of_.limit) {
        fault_ = "refused at the end of its wait while a slot was free";
      }
    }
  }

  void check() {
    const auto to_come = std::ranges::count_if(
        creates_, [](const Create& c) { return bool(c.reservation) && !c.spawned; });
    if (alive() - outsiders_ + to_come > of_.limit) fault_ = "more sessions than the limit allows";
  }

  Case of_;
  Gate gate_;
  std::vector<Create> creates_;
  double now_ = 0;
  std::optional<double> running_;
  std::optional<int> snapped_;
  double last_began_ = -1;
  int last_live_ = -1;
  int deaths_ = 0;
  int spare_ = 0;
  int outsiders_ = 0;
  std::string fault_;
};

struct Result {
  std::size_t states = 0;
  std::size_t finished = 0;
  std::string fault;
};

Result search(const Case& of) {
  Result result;
  std::unordered_set<std::string> seen;
  std::vector<std::vector<Event>> open{{}};
  while (!open.empty() && result.fault.empty()) {
    const std::vector<Event> path = std::move(open.back());
    open.pop_back();
    const World world(of, path);
    result.fault = world.fault();
    if (!seen.insert(world.signature()).second) continue;
    ++result.states;
    result.finished += world.finished();
    const std::vector<Event> choices = world.choices();
    if (choices.empty() && !world.finished()) result.fault = "a create waits for ever";
    for (const Event& choice : choices) {
      open.push_back(path);
      open.back().push_back(choice);
    }
  }
  return result;
}

}  // namespace

TEST_CASE("no order of events admits one too many or refuses a free slot") {
  const Case of = GENERATE(Case{2, 4}, Case{3, 4}, Case{2, 5, 1, 0}, Case{3, 5, 1, 0},
                           Case{2, 4, 1, 0, 1}, Case{3, 4, 1, 0, 2});
  const Result result = search(of);
  INFO("limit " << of.limit << ", " << of.creates << " creates, " << result.states << " states");
  CHECK(result.fault == "");
  CHECK(result.states > 1000);
  CHECK(result.finished > 0);
}

TEST_CASE("the search finds the over-admission of a rule that frees the slot with the answer") {
  Case wrong{2, 4};
  wrong.frees_on_answer = true;
  const std::string fault = search(wrong).fault;
  CHECK((fault == "more sessions than the limit allows" || fault == "admitted against the rule"));
}
