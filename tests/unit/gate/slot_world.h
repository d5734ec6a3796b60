// The world of the search over slots: what happens to creates, listings, sessions and the gate,
// from a list of events, and what is wrong with it at their end.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gate/gate.h"

namespace taskgate::gate::test {

struct SlotEvent {
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

struct SlotCase {
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

class SlotWorld {
 public:
  SlotWorld(const SlotCase& of, const std::vector<SlotEvent>& events);

  // The events that can happen next.
  std::vector<SlotEvent> choices() const;

  // What is wrong in this state; empty if nothing is.
  std::string fault() const { return fault_; }
  bool finished() const {
    return std::ranges::all_of(creates_, [](const Create& c) { return c.judged; });
  }

  // Equal for states that cannot be told apart by any future.
  std::string signature() const;

 private:
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

  static Settings settings(const SlotCase& of, bool observe = false);
  bool observes() const { return turns_ % 2 == 1; }
  bool is_stranger(const Create& c) const { return &c - creates_.data() < of_.strangers; }
  Demand demand(const Create& c) const;
  int alive() const {
    return sum([](const Create& c) { return c.alive; }) + outsiders_;
  }

  // Slots that the rule still counts: of creates that were admitted, and are not yet covered by a
  // listing that began after their answer and settle.
  int promised() const;

  template <typename Part>
  int sum(Part part) const {
    int total = 0;
    for (const Create& c : creates_) total += part(c);
    return total;
  }

  double settled(const Create& c) const;

  // Whether its sessions can start now.
  bool is_starting(const Create& c) const {
    if (!of_.late) return c.reservation || c.forgotten;
    return c.answered >= 0 && now_ < settled(c);
  }

  std::string describe(const Create& c) const;
  // What has come behind a moment: a listing that ended, one that runs, the present.
  std::string passed(double moment) const;

  void add_listing_choices(std::vector<SlotEvent>& found) const;
  void add_create_choices(int i, std::vector<SlotEvent>& found) const;

  void step(const SlotEvent& event);
  void apply(const SlotEvent& event);

  // Whether somebody who stands before it in the line waits still.
  bool overtakes(const Create& admitted) const;

  // Takes what the gate decided in this step.
  void collect();
  void observe(Create& c);

  // Whether a create waits that was complete when the last listing began.
  bool keeps_waiting() const;

  void check();

  SlotCase of_;
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

}  // namespace taskgate::gate::test
