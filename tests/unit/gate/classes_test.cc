// The rule of classes by itself: how many slots a class may take.
#include "gate/classes.h"

#include "support/catch.h"

using namespace taskgate;
using namespace taskgate::gate;
using std::chrono::seconds;

namespace {

constexpr int kNoCap = std::numeric_limits<int>::max();

// As the contract has it, one slot after the other: how often is the next one admitted?
int slots_by_the_sentence(int limit, int live, Shares shares, std::size_t mine) {
  int taken = 0;
  while (true) {
    int total = live;
    int owed = 0;
    for (std::size_t d = 0; d < shares.of.size(); ++d) {
      total += shares.of[d].reserved;
      if (d != mine) owed += std::max(0, shares.of[d].floor - shares.of[d].used());
    }
    const Share& c = shares.of[mine];
    const bool admits =
        total < limit && c.used() < c.cap && (c.used() < c.floor || total + owed < limit);
    if (!admits) return taken;
    ++shares.of[mine].reserved;
    ++taken;
  }
}

int reserved_in(const Shares& shares) {
  int sum = 0;
  for (const Share& each : shares.of) sum += each.reserved;
  return sum;
}

}  // namespace

TEST_CASE("a class gets as many slots as the total, its cap, its floor and others' floors allow") {
  struct Row {
    const char* what;
    int free;
    std::vector<Share> shares;
    int expected;  // for the first of them
  };
  const std::vector<Row> rows = {
      {"nothing bounds it", 5, {{}}, 5},
      {"none is free", 0, {{.floor = 3}}, 0},
      {"its cap", 5, {{.cap = 4, .sessions = 1, .reserved = 1}}, 2},
      {"at its cap", 5, {{.cap = 2, .sessions = 1, .reserved = 1}}, 0},
      {"another's floor is kept", 5, {{}, {.floor = 3}}, 2},
      {"... as far as it is not used", 5, {{}, {.floor = 3, .sessions = 1, .reserved = 1}}, 4},
      {"... and not more than that", 5, {{}, {.floor = 3, .sessions = 4}}, 5},
      {"its own floor goes before another's", 2, {{.floor = 2}, {.floor = 2}}, 2},
      {"... as far as it goes", 3, {{.floor = 2, .sessions = 1}, {.floor = 3}}, 1},
      {"the total bounds its floor too", 1, {{.floor = 3}, {.floor = 3}}, 1},
      {"its cap bounds its floor too", 5, {{.floor = 3, .cap = 3, .sessions = 2}}, 1},
      {"all is owed to others", 3, {{}, {.floor = 2}, {.floor = 1}}, 0},
      {"one who has too much", 1, {{.cap = 2, .sessions = 4}}, -2},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    CHECK(room(row.free, {row.shares}, 0, Outlook::promised) == row.expected);
  }
}

TEST_CASE("the number of slots is that of the sentence, taken one by one") {
  int compared = 0;
  for (int limit = 0; limit <= 4; ++limit) {
    for (int code = 0; code < 4096; ++code) {
      const auto digit = [&](int place) { return (code >> (2 * place)) & 3; };
      const Shares shares{{{.floor = digit(0),
                            .cap = digit(1) == 3 ? kNoCap : digit(1) + 1,
                            .sessions = digit(2) & 1,
                            .reserved = digit(2) >> 1},
                           {.floor = digit(3), .sessions = digit(4), .reserved = digit(5) & 1}}};
      const int live = shares.of[0].sessions + shares.of[1].sessions + (digit(5) >> 1);
      const int free = limit - live - reserved_in(shares);
      const int got = room(free, shares, 0, Outlook::promised);
      CHECK(std::max(0, got) == slots_by_the_sentence(limit, live, shares, 0));
      ++compared;
    }
  }
  CHECK(compared == 5 * 4096);
}

TEST_CASE("at best all reservations end, and sessions of no class are of those that are owed") {
  const Shares shares{{{.cap = 2, .sessions = 1, .reserved = 1}, {.floor = 2, .reserved = 2}}};
  CHECK(room(4, shares, 0, Outlook::promised) == 0);  // its cap
  CHECK(room(4, shares, 0, Outlook::best) == 1);
  CHECK(room(2, shares, 0, Outlook::best) == 0);  // two are owed
  const Shares claimable{shares.of, 1};
  CHECK(room(2, claimable, 0, Outlook::best) == 1);
  CHECK(owed_to_others({shares.of, 5}, 0, Outlook::best) == 0);
  CHECK(owed_to_others({{{}, {.floor = 2}}, 5}, 0, Outlook::promised) == 2);
}

TEST_CASE("how long a create may stand in line") {
  struct Row {
    Duration wait;
    Duration max_wait;
    std::optional<Duration> prefers;
    Duration expected;
  };
  const std::vector<Row> rows = {
      {seconds(0), seconds(0), {}, seconds(0)},
      {seconds(0), seconds(0), seconds(5), seconds(0)},
      {seconds(8), seconds(0), {}, seconds(8)},
      {seconds(8), seconds(0), seconds(5), seconds(5)},
      {seconds(8), seconds(0), seconds(9), seconds(8)},
      {seconds(8), seconds(60), {}, seconds(8)},
      {seconds(8), seconds(60), seconds(30), seconds(30)},
      {seconds(8), seconds(60), seconds(90), seconds(60)},
      {seconds(8), seconds(60), seconds(0), seconds(0)},
      {seconds(0), seconds(60), {}, seconds(0)},
      {seconds(0), seconds(60), seconds(30), seconds(30)},
  };
  for (const Row& row : rows) {
    const ClassRule rule{.wait = row.wait, .max_wait = row.max_wait};
    CHECK(line_wait(rule, row.prefers) == row.expected);
  }
}

TEST_CASE("a class keeps its number through reloads, and `default` is there without being named") {
  Classes classes;
  CHECK_FALSE(classes.configured());
  CHECK(classes.rank_of(7) == 0);
  const ClassId storms = classes.id("storms");
  classes.configure({{.name = "people"}, {.name = "storms"}}, "storms");
  CHECK(classes.id("storms") == storms);
  CHECK(classes.size() == 3);
  CHECK(classes.rule(2).name == "default");
  CHECK(classes.rank_of(storms) == 1);
  CHECK(classes.inherited() == 1);
  classes.configure({{.name = "default"}, {.name = "people"}}, "");
  CHECK(classes.size() == 2);
  CHECK(classes.find(storms) == std::nullopt);
  CHECK(classes.rank_of(storms) == 0);
  CHECK(classes.rank_of(classes.id("people")) == 1);
  CHECK(classes.inherited() == std::nullopt);
  classes.configure({}, "");
  CHECK_FALSE(classes.configured());
  CHECK(classes.rank_of(storms) == 0);
}
