// The place in line: who stands, for how long, and who is next.
#include "gate/line.h"

#include "classed.h"

using namespace taskgate;
using namespace taskgate::gate;
using namespace taskgate::gate::test;
using std::chrono::seconds;

TEST_CASE("a create that finds no slot stands in line, and gets the one that comes free") {
  Gate gate(with_line(1));
  const auto create = arrive(gate, 0, "people");
  gate.apply(live(1, 1, 2));
  CHECK(create->waits());
  CHECK(gate.snapshot(at(3)).waiting == 1);
  CHECK(state_of(gate, "people", 3).waiting == 1);
  gate.apply(live(1, 250));
  CHECK(create->waits());
  gate.apply(live(0, 500));
  CHECK(create->decision() == Decision::admitted);
  CHECK(create->told == 1);
  CHECK(create->ticket.verdict()->place == 1);
  CHECK(create->ticket.verdict()->in_line_since == at(2));
  CHECK_FALSE(create->ticket.verdict()->waited_since);
  CHECK(line_of(gate, 501).empty());
}

TEST_CASE("those in line are told with their route and what its variable stood for") {
  Gate gate(with_line(1));
  Demand demand = of(gate, "people");
  demand.route = "webhook";
  demand.path_id = "deploy";
  const Create create(gate, 0, demand);
  gate.apply(live(1, 1, 2));
  const auto line = gate.snapshot_with_holders(at(3)).line;
  REQUIRE(line.size() == 1);
  CHECK(line[0].route == "webhook");
  CHECK(line[0].path_id == "deploy");
}

TEST_CASE("at the end of its wait a create in line is decided once more, and then refused") {
  Gate gate(with_line(1));
  const auto create = arrive(gate, 0, "storms");
  gate.apply(live(1, 1, 2));
  gate.apply(live(1, 7999, 8002));  // began before its end
  CHECK(create->waits());
  CHECK(gate.next_listing() == at(8000));
  SECTION("refused") {
    gate.apply(live(1, 8003));
    CHECK(reason_of(*create) == RefusalReason::full);
    CHECK(create->ticket.verdict()->in_line_since == at(2));
  }
  SECTION("admitted") {
    gate.apply(live(0, 8003));
    CHECK(create->decision() == Decision::admitted);
  }
}

TEST_CASE("a class that does not wait is refused at once, whoever stands in line") {
  Gate gate(with_line(1));
  const auto stands = arrive(gate, 0, "people");
  const auto refused = arrive(gate, 0, "crons");
  const auto other = arrive(gate, 0, "default");
  gate.apply(live(1, 1));
  CHECK(stands->waits());
  CHECK(reason_of(*refused) == RefusalReason::full);
  CHECK(refused->ticket.verdict()->place == 0);
  CHECK_FALSE(refused->ticket.verdict()->in_line_since);
  CHECK(reason_of(*other) == RefusalReason::full);
}

TEST_CASE(
    "a create that is withdrawn is told with its class and how long it stood, and no reason") {
  Gate gate(with_line(1));
  const auto stood = arrive(gate, 0, "people");
  const auto undecided = arrive(gate, 3, "storms");
  gate.apply(live(1, 1, 2));
  const Verdict verdict = gate.withdrawn(stood->ticket, at(5));
  CHECK(verdict.decision == Decision::withdrawn);
  CHECK_FALSE(verdict.reason);
  CHECK_FALSE(verdict.refused());
  CHECK(verdict.class_name == "people");
  CHECK(verdict.place == 1);
  CHECK(verdict.in_line_since == at(2));
  CHECK(verdict.limit == 1);
  CHECK(verdict.live == 1);
  CHECK(gate.withdrawn(undecided->ticket, at(5)).class_name == "storms");
  CHECK_FALSE(gate.withdrawn(undecided->ticket, at(5)).in_line_since);
}

TEST_CASE("a line has so many places for each class, and who leaves gives its place back at once") {
  Gate gate(with_line(1, 2));
  auto first = arrive(gate, 0, "people");
  const auto second = arrive(gate, 0, "people");
  const auto third = arrive(gate, 0, "people");
  const auto other = arrive(gate, 0, "storms");
  gate.apply(live(1, 1));
  CHECK(second->waits());
  CHECK(reason_of(*third) == RefusalReason::line_full);
  CHECK(third->decision() == Decision::rejected);
  CHECK(third->ticket.verdict()->place == 0);
  CHECK(other->waits());
  first.reset();
  const auto fourth = arrive(gate, 2, "people");
  const auto fifth = arrive(gate, 2, "people");
  gate.apply(live(1, 3));
  CHECK(fourth->waits());
  CHECK(reason_of(*fifth) == RefusalReason::line_full);
}

TEST_CASE("a place that comes free at an event is taken at the same event") {
  Gate gate(with_line(1, 1));
  const auto first = arrive(gate, 0, "people");
  gate.apply(live(1, 1));
  const auto second = arrive(gate, 2, "people");
  gate.apply(live(0, 3));
  CHECK(first->decision() == Decision::admitted);
  CHECK(second->waits());
}

TEST_CASE("the first class in the list goes first, in it the oldest") {
  Gate gate(with_line(1));
  const auto storm = arrive(gate, 0, "storms");
  const auto person = arrive(gate, 1, "people");
  const auto later = arrive(gate, 2, "people");
  gate.apply(live(1, 3));
  CHECK(line_of(gate, 4) == Names{"people", "people", "storms"});
  gate.apply(live(0, 5));
  CHECK(person->decision() == Decision::admitted);
  person->ticket.take_reservation().not_sent(at(6));
  CHECK(later->decision() == Decision::admitted);
  later->ticket.take_reservation().not_sent(at(7));
  CHECK(storm->decision() == Decision::admitted);
}

TEST_CASE("its place in line is what a create had before it when it came there") {
  Gate gate(with_line(1));
  const auto storm = arrive(gate, 0, "storms");
  gate.apply(live(1, 1));
  const auto person = arrive(gate, 2, "people");
  const auto second = arrive(gate, 2, "storms");
  gate.apply(live(1, 3));
  gate.drain(at(4));
  CHECK(storm->ticket.verdict()->place == 1);
  CHECK(person->ticket.verdict()->place == 1);
  CHECK(second->ticket.verdict()->place == 3);
}

TEST_CASE("a class that may not be admitted holds up no other") {
  Settings made = with_line(2);
  made.classes[0].cap = 1;
  Gate gate(made);
  const auto holds = arrive(gate, 0, "people");
  gate.apply(live(0, 1));
  answer(gate, *holds, "kube-coder-a", 2);
  const std::vector<tmux::Session> both = {named("kube-coder-a", 1), session(2)};
  const auto person = arrive(gate, 3, "people");
  const auto storm = arrive(gate, 4, "storms");
  gate.apply(listing_of(both, 5));
  CHECK(line_of(gate, 6) == Names{"people", "storms"});
  gate.apply(listing_of({both[0]}, 7));
  CHECK(person->waits());
  CHECK(storm->decision() == Decision::admitted);
}

TEST_CASE("in its class a create that defers stands behind those that came later") {
  Gate gate(with_line(1));
  Demand stranger = of(gate, "people");
  stranger.sender = 7;
  Create first(gate, 0, stranger);
  gate.apply(live(0, 1));
  first.ticket.take_reservation().answered(401, at(2));
  Create second(gate, 3, stranger);
  const auto owner = arrive(gate, 4, "people");
  const auto storm = arrive(gate, 4, "storms");
  gate.apply(live(1, 5));
  CHECK(line_of(gate, 6) == Names{"people", "", "storms"});
  gate.apply(live(0, 7));
  CHECK(owner->decision() == Decision::admitted);
  CHECK(second.waits());
  CHECK(storm->waits());
}

TEST_CASE("a client waits for less by Prefer, or for more up to the longest wait of its class") {
  struct Row {
    const char* name;
    std::optional<Duration> prefers;
    bool stands;
    double until;  // refused by a listing behind it
    std::optional<Duration> applied;
  };
  const std::vector<Row> rows = {
      {"people", {}, true, 20'000, {}},
      {"people", seconds(5), true, 5000, seconds(5)},
      {"people", seconds(50), true, 20'000, seconds(20)},
      {"people", seconds(0), false, 0, seconds(0)},
      {"storms", {}, true, 8000, {}},
      {"storms", seconds(50), true, 50'000, seconds(50)},
      {"storms", seconds(90), true, 60'000, seconds(60)},
      {"crons", seconds(50), false, 0, {}},
      {"default", seconds(50), false, 0, {}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name, row.until);
    Gate gate(with_line(1));
    const auto create = arrive(gate, 0, row.name, row.prefers);
    gate.apply(live(1, 1));
    CHECK(create->waits() == row.stands);
    if (row.stands) {
      gate.apply(live(1, row.until - 1));
      CHECK(create->waits());
      gate.apply(live(1, row.until + 1));
    }
    CHECK(reason_of(*create) == RefusalReason::full);
    CHECK(create->ticket.verdict()->preference_applied == row.applied);
  }
}

TEST_CASE("a class without a wait of its own lets its clients opt in") {
  Gate gate(classed(1, {{.name = "people", .max_wait = seconds(30)}}));
  const auto without = arrive(gate, 0, "people");
  const auto with = arrive(gate, 0, "people", seconds(10));
  gate.apply(live(1, 1));
  CHECK(reason_of(*without) == RefusalReason::full);
  CHECK_FALSE(without->ticket.verdict()->preference_applied);
  CHECK(with->waits());
}

TEST_CASE(
    "a promised slot is waited for whatever the class's wait or Prefer say, without a place") {
  Gate gate(with_line(1, 0));  // not a place in the line of people
  const auto first = arrive(gate, 0, "people");
  const auto second = arrive(gate, 0, "people", seconds(0));
  const auto third = arrive(gate, 0, "people");
  const auto cron = arrive(gate, 0, "crons");
  gate.apply(live(0, 1));
  CHECK(second->waits());
  CHECK(third->waits());
  CHECK(cron->waits());
  CHECK(line_of(gate, 2).empty());
  CHECK(gate.next_listing() == at(2000));  // no look every 250 ms: answers tell
  SECTION("it gets it") {
    first->ticket.take_reservation().answered(409, at(3));
    CHECK(second->decision() == Decision::admitted);
  }
  SECTION("and is refused when the wait for it is over") {
    gate.apply(live(0, 2001));
    CHECK(reason_of(*second) == RefusalReason::promised);
    CHECK(second->ticket.verdict()->preference_applied == seconds(0));
    CHECK(reason_of(*third) == RefusalReason::line_full);
    CHECK(reason_of(*cron) == RefusalReason::promised);
  }
}

TEST_CASE("when the wait for promised slots is over, a create stands in line for the rest") {
  Gate gate(with_line(1));
  const auto first = arrive(gate, 0, "storms");
  const auto second = arrive(gate, 0, "storms");
  gate.apply(live(0, 1, 2));
  gate.apply(live(0, 2001, 2002));
  CHECK(second->waits());
  CHECK(line_of(gate, 2003) == Names{"storms"});
  gate.apply(live(0, 8001));
  CHECK(reason_of(*second) == RefusalReason::promised);
  CHECK(second->ticket.verdict()->waited_since == at(2));
  CHECK(second->ticket.verdict()->in_line_since == at(2002));
}

TEST_CASE(
    "the wait for promised slots is over when they are taken, and goes on when one is promised") {
  Gate gate(with_line(1));
  const auto first = arrive(gate, 0, "storms");
  const auto second = arrive(gate, 0, "storms");
  gate.apply(live(0, 1, 2));
  first->ticket.take_reservation().answered(201, at(3));
  gate.apply(live(1, 4, 5));
  CHECK(line_of(gate, 6) == Names{"storms"});
  SECTION("in line until the end") {
    gate.apply(live(1, 8001));
    CHECK(second->ticket.verdict()->waited_since == at(2));
    CHECK(second->ticket.verdict()->waited_until == at(5));
  }
  SECTION("behind one that goes first") {
    const auto person = arrive(gate, 6, "people");
    gate.apply(live(0, 1004, 1005));
    CHECK(person->decision() == Decision::admitted);
    CHECK(second->waits());
    gate.apply(live(0, 8001));
    CHECK(second->ticket.verdict()->waited_since == at(1002));
    CHECK_FALSE(second->ticket.verdict()->waited_until);
  }
}

TEST_CASE("a create in line whose slot is promised to another keeps its place") {
  Gate gate(with_line(1, 1));
  const auto first = arrive(gate, 0, "people");
  gate.apply(live(1, 1));
  const auto cron = arrive(gate, 2, "crons");
  Settings more = with_line(2, 1);
  gate.configure(more, at(3));  // one slot: for the first class
  CHECK(first->decision() == Decision::admitted);
  gate.apply(live(1, 4));
  CHECK(cron->waits());
}
