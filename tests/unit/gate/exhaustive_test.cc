// An exhaustive search over small cases: every order of arrivals, listings (with the moment at
// which the server takes its snapshot apart from begin and end), session starts, answers, failures
// and deaths, of creates that start one session, several, perhaps none, or none at all, before
// their answer or after it. In every state the sessions that exist or are still to come stay within
// the limit, nobody is refused for a reason that the listing did not show, and nobody gets a slot
// before one who stands before it in the line. Where the mode turns to observe and back, what
// passes against the rule is known, and what the rule admits again keeps the limit.
#include <array>
#include <string>
#include <vector>

#include "search.h"
#include "slot_world.h"
#include "support/catch.h"

using namespace taskgate::gate::test;

namespace {

constexpr std::array kKinds{"arrive", "begin", "snap", "end",      "spawn", "answer",
                            "fail",   "drop",  "die",  "outsider", "turn",  "expire"};

SearchResult<SlotEvent> search(const SlotCase& of) {
  return search_all<SlotWorld, SlotEvent>(of);
}

}  // namespace

TEST_CASE("no order of events admits one too many or refuses a free slot") {
  const SlotCase of =
      GENERATE(SlotCase{2, 4}, SlotCase{3, 4, 1, 0}, SlotCase{2, 5, 1, 0}, SlotCase{3, 5, 0, 0},
               SlotCase{2, 4, 1, 0, 1}, SlotCase{3, 4, 0, 0, 2});
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
    SlotCase of{limit, static_cast<int>(each.size()), 1, limit == 2 ? 1 : 0};
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
    SlotCase of{2, 4, 0, 0};
    of.strangers = strangers;
    const auto result = search(of);
    INFO(strangers << " strangers");
    check_sound(result, 1000, kKinds);
  }
}

TEST_CASE("observing refuses nobody, keeps nobody waiting, and leaves the rule true behind it") {
  for (const int turns : {1, 2, 3}) {
    for (const std::vector<int>& asks : {std::vector<int>{}, std::vector<int>{2, 1, 1}}) {
      SlotCase of{2, asks.empty() ? 4 : 3, 1, 0};
      of.asks = asks;
      of.turns = turns;
      const auto result = search(of);
      INFO(turns << " turns of the mode");
      check_sound(result, 1000, kKinds);
    }
  }
}

void check_that_it_finds_over_admission(const SlotCase& wrong) {
  const std::string fault = search(wrong).fault;
  CAPTURE(fault);
  const bool is_found =
      fault == "more sessions than the limit allows" || fault == "admitted against the rule";
  CHECK(is_found);
}

TEST_CASE("the search finds the over-admission of a rule that frees the slot with the answer") {
  SlotCase wrong{2, 4};
  wrong.frees_on_answer = true;
  check_that_it_finds_over_admission(wrong);
}

TEST_CASE("the search finds the over-admission of a rule that holds one slot for a create of two") {
  SlotCase wrong{2, 3};
  wrong.asks = {2, 1, 1};
  wrong.holds_one = true;
  check_that_it_finds_over_admission(wrong);
}

TEST_CASE("the search finds the over-admission of a rule that does not wait for the settle") {
  SlotCase wrong{2, 3};
  wrong.late = true;
  wrong.ignores_settle = true;
  check_that_it_finds_over_admission(wrong);
}

TEST_CASE("the search finds the over-admission of a rule that forgets what it only observed") {
  SlotCase wrong{2, 4, 0, 0};
  wrong.turns = 2;
  wrong.forgets_observed = true;
  check_that_it_finds_over_admission(wrong);
}
