// An exhaustive search over small cases: every order of arrivals, listings (with the moment at
// which the server takes its snapshot apart from begin and end), session starts, answers, failures
// and deaths, of creates that start one session, several, perhaps none, or none at all, before
// their answer or after it. In every state the sessions that exist or are still to come stay within
// the limit, nobody is refused for a reason that the listing did not show, and nobody gets a slot
// before one who stands before it in the line. Where the mode turns to observe and back, what
// passes against the rule is known, and what the rule admits again keeps the limit.
#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gate/gate.h"
#include "search.h"
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
    turn,
    expire
  };
  Kind kind;
  int create = 0;
};

struct Case {
  int limit = 2;
  int creates = 4;
  int deaths = 2;
  int spare_listings = 1;  // listings that no create asked for: scrapes
  int outsiders = 0;       // sessions that another door makes
  int strangers = 0;       // the first creates, of one sender: they fail by 401
  std::vector<int> asks;   // slots that each create asks for; one where nothing is said
  bool maybe = false;      // answered 201, a create may have started nothing
  bool late = false;       // sessions start behind the answer, within its settle
  int turns = 0;           // of the mode, from enforce to observe and back
  // Wrong rules, to show that the search finds them.
  bool frees_on_answer = false;
  bool holds_one = false;         // one slot, however many sessions are to start
  bool ignores_settle = false;    // ends with the first listing behind the answer
  bool forgets_observed = false;  // keeps no slot for what passed against the rule
};

constexpr double kWait = 1000;
constexpr double kSettle = 500;  // of creates whose sessions start behind their answer

struct Create {
  int asks = 1;
  std::unique_ptr<Ticket> ticket;
  Reservation reservation;
  double arrived = -1;
  double answered = -1;    // 201
  bool gone = false;       // refused, failed or never sent
  bool forgotten = false;  // went upstream, and the rule keeps nothing of it
  int held = 0;            // slots, by the rule
  int spawned = 0;
  int alive = 0;
  bool judged = false;
};

class World {
 public:
  World(const Case& of, const std::vector<Event>& events)
      : of_(of), gate_(settings(of)), creates_(static_cast<std::size_t>(of.creates)) {
    for (std::size_t i = 0; i < of.asks.size(); ++i) creates_[i].asks = of.asks[i];
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
    if (turns_ < of_.turns) found.push_back({Kind::turn});
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
    if (turned_away_) text += 't';
    if (of_.turns > 0) text += "/" + std::to_string(turns_) + "/" + std::to_string(observed_);
    return text;
  }

 private:
  static Settings settings(const Case& of, bool observe = false) {
    Settings made;
    made.observe = observe;
    made.limit = of.limit;
    made.wait = std::chrono::milliseconds(static_cast<int>(kWait));
    return made;
  }

  bool observes() const { return turns_ % 2 == 1; }

  bool is_stranger(const Create& c) const { return &c - creates_.data() < of_.strangers; }

  Demand demand(const Create& c) const {
    Demand made;
    made.sender = is_stranger(c) ? 1 : 0;
    made.slots = of_.holds_one ? 1 : c.asks;
    if (of_.late && !of_.ignores_settle) {
      made.settle = std::chrono::milliseconds(static_cast<int>(kSettle));
    }
    return made;
  }

  int alive() const {
    return sum([](const Create& c) { return c.alive; }) + outsiders_;
  }

  // Slots that the rule still counts: of creates that were admitted, and are not yet covered by a
  // listing that began after their answer and settle.
  int promised() const {
    return sum([this](const Create& c) {
      const bool counts = c.reservation || (c.answered >= 0 && last_began_ <= settled(c));
      return counts ? c.held : 0;
    });
  }

  template <typename Part>
  int sum(Part part) const {
    int total = 0;
    for (const Create& c : creates_) total += part(c);
    return total;
  }

  double settled(const Create& c) const { return c.answered + (of_.late ? kSettle : 0); }

  // Whether its sessions can start now.
  bool is_starting(const Create& c) const {
    if (!of_.late) return c.reservation || c.forgotten;
    return c.answered >= 0 && now_ < settled(c);
  }

  std::string describe(const Create& c) const {
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

  // What has come behind a moment: a listing that ended, one that runs, the present.
  std::string passed(double moment) const {
    std::string text;
    text += last_began_ > moment ? '1' : '0';
    text += running_ && *running_ > moment ? '1' : '0';
    text += now_ >= moment ? '1' : '0';
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
    const bool may_fail = c.reservation && c.spawned == 0 && c.asks > 0;
    if (is_starting(c) && c.spawned < c.held) found.push_back({Kind::spawn, i});
    if (may_fail) found.push_back({Kind::fail, i});
    if (may_fail) found.push_back({Kind::drop, i});
    const bool has_started = c.spawned > 0 || c.held == 0 || of_.late || of_.maybe;
    if ((c.reservation || c.forgotten) && has_started) found.push_back({Kind::answer, i});
    if (c.alive > 0 && deaths_ < of_.deaths) found.push_back({Kind::die, i});
  }

  void step(const Event& event) {
    now_ += 1;
    admitted_now_ = observed_now_ = false;
    apply(event);
    collect();
    check();
  }

  void apply(const Event& event) {
    Create& c = creates_[static_cast<std::size_t>(event.create)];
    switch (event.kind) {
      case Event::Kind::arrive:
        c.arrived = now_;
        c.ticket = std::make_unique<Ticket>(gate_, demand(c), at(now_), nullptr);
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
        now_ = number_of(*gate_.next_listing());
        return;
      case Event::Kind::spawn:
        ++c.spawned;
        ++c.alive;
        return;
      case Event::Kind::answer:
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
      case Event::Kind::fail:
        c.gone = true;
        if (is_stranger(c)) turned_away_ = true;
        c.reservation.answered(is_stranger(c) ? 401 : 409, at(now_));
        return;
      case Event::Kind::drop:
        c.gone = true;
        c.reservation.not_sent(at(now_));
        return;
      case Event::Kind::die:
        --c.alive;
        ++deaths_;
        return;
      case Event::Kind::outsider:
        ++outsiders_;
        return;
      case Event::Kind::turn:
        ++turns_;
        gate_.configure(settings(of_, observes()), at(now_));
        return;
    }
  }

  // Whether somebody who stands before it in the line waits still.
  bool overtakes(const Create& admitted) const {
    const auto defers = [&](const Create& c) { return turned_away_ && is_stranger(c); };
    return std::ranges::any_of(creates_, [&](const Create& c) {
      const bool waits = c.ticket && c.ticket->verdict() == nullptr && last_began_ > c.arrived;
      if (!waits) return false;
      return defers(c) == defers(admitted) ? c.arrived < admitted.arrived : defers(admitted);
    });
  }

  // Takes what the gate decided in this step.
  void collect() {
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

  void observe(Create& c) {
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

  // Whether a create waits that was complete when the last listing began.
  bool keeps_waiting() const {
    return std::ranges::any_of(creates_, [&](const Create& c) {
      return c.ticket && c.ticket->verdict() == nullptr && last_began_ > c.arrived;
    });
  }

  void check() {
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
  bool turned_away_ = false;  // the strangers' last one
  int turns_ = 0;
  int observed_ = 0;           // slots of creates that passed against the rule
  bool admitted_now_ = false;  // in this step
  bool observed_now_ = false;
  std::string fault_;
};

constexpr std::array kKinds{"arrive", "begin", "snap", "end",      "spawn", "answer",
                            "fail",   "drop",  "die",  "outsider", "turn",  "expire"};

SearchResult<Event> search(const Case& of) {
  return search_all<World, Event>(of);
}

}  // namespace

TEST_CASE("no order of events admits one too many or refuses a free slot") {
  const Case of = GENERATE(Case{2, 4}, Case{3, 4, 1, 0}, Case{2, 5, 1, 0}, Case{3, 5, 0, 0},
                           Case{2, 4, 1, 0, 1}, Case{3, 4, 0, 0, 2});
  const auto result = search(of);
  INFO("limit " << of.limit << ", " << of.creates << " creates");
  check_sound(result, 1000, kKinds);
}

TEST_CASE("nor does one with creates that take several slots, or none") {
  const std::vector<std::vector<int>> asks = {{2, 1, 1}, {1, 2, 1}, {3, 1, 1},
                                              {2, 2, 1}, {0, 1, 1}, {1, 0, 2}};
  const int kind = GENERATE(0, 1, 2);
  const int limit = GENERATE(2, 3);
  for (const auto& each : asks) {
    Case of{limit, static_cast<int>(each.size()), 1, limit == 2 ? 1 : 0};
    of.asks = each;
    of.maybe = kind == 1;
    of.late = kind == 2;
    const auto result = search(of);
    INFO("kind " << kind);
    check_sound(result, 100, kKinds);
  }
}

TEST_CASE("nor does one with creates of a sender who is turned away, which come last") {
  for (const int strangers : {2, 3}) {
    Case of{2, 4, 0, 0};
    of.strangers = strangers;
    const auto result = search(of);
    INFO(strangers << " strangers");
    check_sound(result, 1000, kKinds);
  }
}

TEST_CASE("observing refuses nobody, keeps nobody waiting, and leaves the rule true behind it") {
  for (const int turns : {1, 2, 3}) {
    for (const std::vector<int>& asks : {std::vector<int>{}, std::vector<int>{2, 1, 1}}) {
      Case of{2, asks.empty() ? 4 : 3, 1, 0};
      of.asks = asks;
      of.turns = turns;
      const auto result = search(of);
      INFO(turns << " turns of the mode");
      check_sound(result, 1000, kKinds);
    }
  }
}

void check_that_it_finds_over_admission(const Case& wrong) {
  const std::string fault = search(wrong).fault;
  CAPTURE(fault);
  const bool is_found =
      fault == "more sessions than the limit allows" || fault == "admitted against the rule";
  CHECK(is_found);
}

TEST_CASE("the search finds the over-admission of a rule that frees the slot with the answer") {
  Case wrong{2, 4};
  wrong.frees_on_answer = true;
  check_that_it_finds_over_admission(wrong);
}

TEST_CASE("the search finds the over-admission of a rule that holds one slot for a create of two") {
  Case wrong{2, 3};
  wrong.asks = {2, 1, 1};
  wrong.holds_one = true;
  check_that_it_finds_over_admission(wrong);
}

TEST_CASE("the search finds the over-admission of a rule that does not wait for the settle") {
  Case wrong{2, 3};
  wrong.late = true;
  wrong.ignores_settle = true;
  check_that_it_finds_over_admission(wrong);
}

TEST_CASE("the search finds the over-admission of a rule that forgets what it only observed") {
  Case wrong{2, 4, 0, 0};
  wrong.turns = 2;
  wrong.forgets_observed = true;
  check_that_it_finds_over_admission(wrong);
}
