// An exhaustive search over small cases of classes and the line: every order of arrivals,
// farewells, listings, session starts, answers, names that come late, lost answers, deaths,
// sessions by other doors, listings that fail, reloads and waits that end. In every state the gate
// has decided as the rule does (class_rule.h), and what the rule decides keeps its promises
// (class_promises.cc): it is these that the search judges by when it looks at rules that are wrong
// in one point each.
#include <array>
#include <string>
#include <utility>

#include "class_world.h"
#include "search.h"
#include "support/catch.h"

using namespace taskgate::gate::test;

namespace {

constexpr std::array kKinds{"arrive",   "leave",  "begin",  "snap", "end",  "fault",
                            "spawn",    "answer", "name",   "drop", "lose", "die",
                            "outsider", "reload", "expire", "late"};

using Result = SearchResult<Event>;

Result search(const Case& of) {
  return search_all<World, Event>(of);
}

// Two classes and the default one, which is the last.
Rules rules(int limit, ClassSpec first, ClassSpec second, ClassSpec last = {}) {
  return {limit, {first, second, last}};
}

constexpr ClassSpec kGone{.present = false};

Case failing(const char* what, std::vector<Rules> rules, std::vector<int> creates, int faults) {
  Case made{what, std::move(rules), std::move(creates)};
  made.spare = 0;
  made.faults = faults;
  return made;
}

std::vector<Case> cases() {
  const ClassSpec line{.waits = true};
  return {
      {"a floor and no line", {rules(2, {.floor = 1}, {})}, {1, 1, 0}},
      {"a cap", {rules(3, {.cap = 1}, {})}, {0, 0, 1}, 1, 0, 1},
      {"a floor, a cap and a line", {rules(2, {.floor = 1}, {.cap = 1, .waits = true})}, {1, 1, 0}},
      {"two lines", {rules(1, line, line)}, {1, 0, 1}, 1, 1},
      {"a line of one place", {rules(1, {.waits = true, .places = 1}, {})}, {0, 0, 0}, 1, 1},
      {"floors of two", {rules(3, {.floor = 1}, {.floor = 1}, line)}, {2, 2, 1}, 0, 0, 1},
      {"three classes", {rules(2, {.cap = 1, .waits = true}, {.floor = 1}, line)}, {2, 0, 1}},
      {"four creates", {rules(2, {.floor = 1, .waits = true}, line)}, {1, 1, 0, 1}, 1, 0, 0},
      {"four creates of three classes",
       {rules(3, {.floor = 1}, {.floor = 1, .cap = 2, .waits = true}, {.cap = 1, .waits = true})},
       {2, 1, 2, 1},
       0,
       0,
       0},
      {"other doors", {rules(2, {.floor = 1, .waits = true}, line)}, {1, 0, 1}, 0, 0, 0, 2},
      {"lost answers", {rules(2, {.floor = 1}, line)}, {0, 1, 1}, 0, 0, 0, 0, 1},
      failing("listings that fail", {rules(1, line, line)}, {1, 0, 1}, 2),
      failing("listings that fail before a floor", {rules(2, {.floor = 1}, line)}, {1, 1, 0}, 1),
      {"late names", {rules(2, {.floor = 1}, line)}, {0, 1, 1}, 0, 0, 1, 0, 0, true},
      {"an inherited class",
       {{2, {{.floor = 1}, {.cap = 1, .waits = true}, {}}, false, 1}},
       {0, 1, 1},
       0,
       0,
       0,
       1,
       0,
       true},
      {"a limit that moves",
       {rules(2, {.floor = 1}, line), rules(1, {.floor = 1}, line), rules(2, {}, line)},
       {1, 0, 1},
       0,
       0,
       0},
      {"floors and caps that move",
       {rules(2, {.floor = 2}, line), rules(2, {.cap = 1}, {.floor = 1, .cap = 1})},
       {1, 0, 0},
       1,
       0,
       0},
      {"a class that goes and comes back",
       {rules(2, {.floor = 1}, {.cap = 1, .waits = true}), rules(2, {.floor = 1}, kGone),
        rules(2, {.floor = 1}, {.cap = 1, .waits = true})},
       {1, 1, 0},
       0,
       0,
       0},
      {"observing for a while",
       {rules(2, {.floor = 1}, line),
        {2, {{.floor = 1}, line, {}}, true},
        rules(2, {.floor = 1}, line)},
       {1, 1, 0},
       0,
       0,
       0},
  };
}

}  // namespace

TEST_CASE("no order of events breaks a promise of classes or of the line") {
  for (const Case& of : cases()) {
    const Result result = search(of);
    INFO(of.what);
    check_sound(result, 500, kKinds);
  }
}

TEST_CASE("the search finds what is wrong with a rule that drops one of its parts") {
  struct Row {
    Mutant mutant;
    std::string expected;
    Case in;
  };
  const ClassSpec line{.waits = true};
  const Case two_lines{"", {rules(1, line, line)}, {1, 0, 1}};
  const Case floor{"", {rules(2, {.floor = 1}, {})}, {1, 1, 0}};
  const Case cap{"", {rules(3, {.cap = 1}, {})}, {0, 0, 1}};
  Case doors{"", {rules(2, {.floor = 2}, {.floor = 1})}, {0, 0, 1}};
  doors.outsiders = 2;
  const std::vector<Row> rows = {
      {Mutant::no_total, "admitted although no slot is free", doors},
      {Mutant::no_cap, "admitted beyond its cap", cap},
      {Mutant::no_own_floor, "a class below its floor is kept out", doors},
      {Mutant::no_owed, "what a class is owed is gone", floor},
      {Mutant::only_reserved, "admitted beyond its cap", cap},
      {Mutant::only_listed, "admitted beyond its cap", cap},
      {Mutant::newest_first, "passed before one who stands before it", two_lines},
      {Mutant::by_age, "passed before one who stands before it", two_lines},
      {Mutant::holds_up,
       "an admissible create is left",
       {"", {rules(2, {.cap = 1, .waits = true}, line)}, {0, 0, 1}}},
      {Mutant::forgets_line, "an admissible create is left", two_lines},
      {Mutant::no_promises, "refused although a create in flight may leave it its slot", floor},
      {Mutant::no_claims,
       "refused although a create in flight may leave it its slot",
       {"", {rules(2, {.floor = 1}, {})}, {0, 1}}},
      {Mutant::line_for_all,
       "more stand in line than there are places",
       {"", {rules(1, {.waits = true, .places = 1}, {})}, {0, 0, 0}}},
      {Mutant::line_ends_at_once, "refused before its wait in line was over", two_lines},
      {Mutant::unknown_clears, "refused before its wait in line was over",
       failing("", {rules(1, line, line)}, {1, 0, 1}, 1)},
      {Mutant::keeps_on_reload,
       "a class below its floor is kept out",
       {"", {rules(2, {}, {.floor = 2}), rules(2, {.floor = 1}, {.floor = 1})}, {0, 0, 1}}},
  };
  for (const Row& row : rows) {
    Case wrong = row.in;
    wrong.mutant = row.mutant;
    CAPTURE(static_cast<int>(row.mutant));
    const Result result = search(wrong);
    INFO(result.states << " states; " << in_words(result.path, kKinds));
    CHECK(result.fault == row.expected);
  }
}
