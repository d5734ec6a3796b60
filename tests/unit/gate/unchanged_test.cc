// Without classes nothing changed, and one class that bounds nothing changes nothing: random events
// through a gate of either kind, and all that they say compared.
#include <memory>
#include <random>

#include "creates.h"

using namespace taskgate;
using namespace taskgate::gate;
using namespace taskgate::gate::test;

namespace {

struct Side {
  explicit Side(const Settings& settings) : gate(settings) {}
  Gate gate;
  std::vector<std::unique_ptr<Create>> creates;
  std::vector<Reservation> reservations;
};

std::string text_of(const Verdict& verdict) {
  std::string text = name_of(verdict.decision);
  text += verdict.reason ? name_of(*verdict.reason) : "-";
  for (const int number : {verdict.limit, verdict.live.value_or(-1), verdict.reserved,
                           verdict.slots, verdict.retry.seconds, verdict.place}) {
    text += ' ' + std::to_string(number);
  }
  text += verdict.waited_since ? std::to_string(number_of(*verdict.waited_since)) : "-";
  return text + verdict.class_name + verdict.fault + verdict.detail + name_of(verdict.signal);
}

// One of the two gates, told the same events: a random number for each choice.
class Random {
 public:
  explicit Random(std::uint32_t seed) : numbers_(seed) {}
  int below(int bound) { return static_cast<int>(numbers_() % static_cast<unsigned>(bound)); }

 private:
  std::mt19937 numbers_;
};

void happen(Side& side, Random& random, double now, Settings& settings, std::uint64_t& sessions) {
  const int event = random.below(10);
  const int which = random.below(1000);
  const int how = random.below(100);
  auto& all = side.creates;
  if (event < 4) {
    all.push_back(std::make_unique<Create>(
        side.gate, now,
        Demand{.slots = how < 10 ? how % 3 : 1, .sender = static_cast<Sender>(how % 4)}));
  } else if (event < 7) {
    if (how < 15) {
      side.gate.apply(failed(tmux::Fault::timeout, now - 0.5, now));
    } else {
      if (how < 50) ++sessions;
      std::vector<tmux::Session> live;
      for (std::uint64_t id = sessions / 2; id < sessions; ++id) live.push_back(session(id + 1));
      side.gate.apply(listing_of(live, now - 0.5, now));
    }
  } else if (event < 9) {
    if (side.reservations.empty()) return;
    const auto at_place =
        side.reservations.begin() + which % static_cast<int>(side.reservations.size());
    if (how < 15) {
      at_place->not_sent(at(now));
    } else if (how < 25) {
      at_place->lost(at(now));
    } else {
      at_place->answered(how < 50 ? 401 + how % 9 : 201, at(now));
    }
    side.reservations.erase(at_place);
  } else if (how < 20) {
    settings.limit = which % 6;
    settings.observe = how == 0;
    settings.admit_unknown = how == 1;
    const auto classes = side.gate.snapshot_with_holders(at(now)).classes;
    Settings given = settings;
    if (!classes.empty()) given.classes = {{.name = "default"}};
    side.gate.configure(given, at(now));
  } else if (!all.empty()) {
    const auto place = all.begin() + which % static_cast<int>(all.size());
    if ((*place)->waits()) all.erase(place);  // its client leaves
  }
}

// What the side says after an event, with what it decided taken out.
std::string said(Side& side, double now) {
  std::string text;
  std::erase_if(side.creates, [&](const std::unique_ptr<Create>& create) {
    if (create->waits()) return false;
    text += text_of(*create->ticket.verdict()) + ';';
    if (passes(create->decision())) side.reservations.push_back(create->ticket.take_reservation());
    return true;
  });
  const auto next = side.gate.next_listing();
  text += next ? std::to_string(number_of(*next)) : "none";
  const Snapshot shot = side.gate.snapshot(at(now));
  for (const int number : {shot.live.value_or(-1), shot.reservations(), shot.waiting,
                           shot.slots_free().value_or(-1)}) {
    text += ' ' + std::to_string(number);
  }
  return text;
}

std::vector<std::string> told(Settings settings, bool classes, std::uint32_t seed) {
  Random random(seed);
  Settings given = settings;
  if (classes) given.classes = {{.name = "default"}};
  Side side(given);
  std::uint64_t sessions = 0;
  std::vector<std::string> all;
  double now = 0;
  for (int step = 0; step < 400; ++step) {
    now += random.below(3) == 0 ? 400 : 1 + random.below(9);
    happen(side, random, now, settings, sessions);
    all.push_back(said(side, now));
  }
  return all;
}

}  // namespace

TEST_CASE("one class without floor, cap and wait decides event for event as none does") {
  std::size_t decided = 0;
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    const auto without = told(settings(3), false, seed);
    const auto with = told(settings(3), true, seed);
    REQUIRE(without == with);
    for (const std::string& each : without) decided += each.find(';') != std::string::npos;
  }
  CHECK(decided > 2000);
}
