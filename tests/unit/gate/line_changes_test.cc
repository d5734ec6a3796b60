// What becomes of those who stand in line when the count is unknown, the gate drains or observes,
// or a reload changes the rules; and when listings are made for them.
#include "classed.h"

using namespace taskgate;
using namespace taskgate::gate;
using namespace taskgate::gate::test;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_CASE("while somebody stands in line a listing is made every look, and else none") {
  Settings made = with_line(1);
  made.look = milliseconds(300);
  Gate gate(made);
  {
    const auto create = arrive(gate, 0, "storms");
    CHECK(gate.next_listing() == at(0));
    gate.apply(live(1, 1, 2));
    CHECK(gate.next_listing() == at(301));
    gate.apply(live(1, 7900, 7901));
    CHECK(gate.next_listing() == at(8000));  // its end comes before
    const auto later = arrive(gate, 7950, "crons");
    CHECK(gate.next_listing() == at(7950));
  }
  CHECK_FALSE(gate.next_listing());
}

TEST_CASE("with a slow look a promised slot that an answer settles is listed as ever") {
  Settings made = with_line(1);
  made.look = seconds(60);
  Gate gate(made);
  const auto first = arrive(gate, 0, "people");
  const auto second = arrive(gate, 0, "people");
  gate.apply(live(0, 1));
  gate.apply(live(0, 2001));
  CHECK(line_of(gate, 2002) == Names{"people"});
  answer(gate, *first, "kube-coder-a", 3000);
  CHECK(gate.next_listing() == at(3000));
  gate.apply(live(0, 3001));
  CHECK(second->decision() == Decision::admitted);
}

TEST_CASE("while the count is unknown those in line stay until their end, newcomers do not stand") {
  Settings made = with_line(1);
  made.hold = Duration::zero();
  Gate gate(made);
  const auto stands = arrive(gate, 0, "storms");
  gate.apply(live(1, 1));
  const auto newcomer = arrive(gate, 10, "storms");
  gate.apply(failed(tmux::Fault::timeout, 11, 12));
  CHECK(stands->waits());
  CHECK(reason_of(*newcomer) == RefusalReason::unknown);
  CHECK(line_of(gate, 13) == Names{"storms"});
  CHECK(gate.next_listing() == at(261));
  SECTION("refused as unknown at their end") {
    gate.apply(failed(tmux::Fault::timeout, 7999, 8001));
    CHECK(stands->waits());
    CHECK(gate.next_listing() == at(8101));  // in no tight loop
    gate.apply(failed(tmux::Fault::timeout, 8101));
    CHECK(stands->decision() == Decision::unknown);
    CHECK(reason_of(*stands) == RefusalReason::unknown);
  }
  SECTION("admitted when the count is back and shows a slot") {
    gate.apply(live(0, 400));
    CHECK(stands->decision() == Decision::admitted);
  }
  SECTION("let pass where that is configured") {
    made.admit_unknown = true;
    gate.configure(made, at(300));
    CHECK(stands->decision() == Decision::admitted_unknown);
  }
}

TEST_CASE("who stands in line when a reload takes all classes away is shown there until it ends") {
  Gate gate(with_line(1));
  const auto stands = arrive(gate, 0, "storms");
  gate.apply(live(1, 1));
  CHECK(line_of(gate, 2) == Names{"storms"});
  Settings without;
  without.limit = 1;
  gate.configure(without, at(3));
  CHECK(stands->waits());
  CHECK(line_of(gate, 4) == Names{"storms"});
  CHECK(gate.snapshot_with_holders(at(4)).classes.empty());
  gate.apply(live(0, 5));
  CHECK(stands->decision() == Decision::admitted);
  CHECK(line_of(gate, 6).empty());
}

TEST_CASE("a gate that gets blind refuses those in line at their end only") {
  Gate gate(classed(5, {{.name = "storms", .cap = 0, .wait = seconds(8)}}));
  const auto stands = arrive(gate, 0, "storms");
  gate.apply(live(0, 1));
  CHECK(line_of(gate, 2) == Names{"storms"});
  const double now = make_blind(gate);
  CHECK(stands->waits());
  const auto newcomer = arrive(gate, now + 1, "storms");
  gate.apply(live(0, now + 2));
  CHECK(reason_of(*newcomer) == RefusalReason::blind);
  CHECK(stands->waits());
  gate.apply(live(0, 8001));
  CHECK(stands->decision() == Decision::unknown);
  CHECK(reason_of(*stands) == RefusalReason::blind);
}

TEST_CASE("a failing listing does not let a settled promise turn the line into a tight loop") {
  Settings made = with_line(1);
  made.hold = Duration::zero();
  Gate gate(made);
  const auto first = arrive(gate, 0, "people");
  gate.apply(live(0, 1));
  const auto second = arrive(gate, 2, "people");
  gate.apply(live(1, 3));  // full: its session is there
  CHECK(line_of(gate, 4) == Names{"people"});
  answer(gate, *first, "kube-coder-1", 5);
  gate.apply(failed(tmux::Fault::timeout, 6, 1006));
  CHECK(second->waits());
  CHECK(gate.next_listing() == at(1106));
}

TEST_CASE("a drain empties the line") {
  Gate gate(with_line(1));
  const auto create = arrive(gate, 0, "people");
  gate.apply(live(1, 1));
  gate.drain(at(100));
  CHECK(create->decision() == Decision::draining);
  CHECK(create->ticket.verdict()->in_line_since);
  CHECK_FALSE(gate.next_listing());
  CHECK(state_of(gate, "people", 101).waiting == 0);
}

TEST_CASE("observing, nobody stands in line, and a reload to it empties the line") {
  Gate gate(with_line(1));
  const auto stood = arrive(gate, 0, "people");
  gate.apply(live(1, 1));
  Settings observing = with_line(1);
  observing.observe = true;
  gate.configure(observing, at(2));
  CHECK(stood->decision() == Decision::observed);
  const auto create = arrive(gate, 3, "people");
  gate.apply(live(2, 4));
  CHECK(create->decision() == Decision::observed);
  CHECK(reason_of(*create) == RefusalReason::full);
  CHECK_FALSE(create->ticket.verdict()->in_line_since);
}

TEST_CASE("a reload changes all but the end of a wait in line") {
  Gate gate(with_line(1));
  const auto create = arrive(gate, 0, "storms");
  gate.apply(live(1, 1));
  const Settings reloaded = GENERATE_REF(
      classed(1, {{.name = "storms", .wait = seconds(1)}}),  // shorter
      classed(1, {{.name = "storms", .wait = seconds(50)}}), classed(1, {{.name = "storms"}}),
      classed(1, {{.name = "people", .wait = seconds(1)}}),  // the class is gone
      settings(1));                                          // all are
  gate.configure(reloaded, at(10));
  gate.apply(live(1, 7999, 7999.5));
  CHECK(create->waits());
  CHECK(gate.next_listing() == at(8000));
  gate.apply(live(1, 8001));
  CHECK(reason_of(*create) == RefusalReason::full);
}

TEST_CASE("a create in line is of the class that a reload makes of its own") {
  Gate gate(with_line(1));
  const auto create = arrive(gate, 0, "storms");
  const auto person = arrive(gate, 1, "people");
  gate.apply(live(1, 2));
  SECTION("in another order") {
    gate.configure(classed(1, {{.name = "storms", .cap = 5}, {.name = "people"}}), at(3));
    gate.apply(live(0, 4));
    CHECK(create->decision() == Decision::admitted);
    CHECK(person->waits());
  }
  SECTION("of the default one when its own is gone") {
    gate.configure(classed(1, {{.name = "people"}}), at(3));
    CHECK(state_of(gate, "default", 3).waiting == 1);
    gate.drain(at(4));
    CHECK(create->ticket.verdict()->class_name == "default");
  }
  SECTION("of none when none are left") {
    gate.configure(settings(1), at(3));
    CHECK(gate.next_listing() == at(252));
    gate.apply(live(0, 300));
    CHECK(create->decision() == Decision::admitted);  // the oldest
  }
}

TEST_CASE("a raised limit lets those in line pass at once") {
  Gate gate(with_line(1));
  const auto first = arrive(gate, 0, "people");
  const auto second = arrive(gate, 0, "people");
  gate.apply(live(1, 1));
  gate.configure(with_line(2), at(2));
  CHECK(first->decision() == Decision::admitted);
  CHECK(second->waits());
}

TEST_CASE("without a class in the list the default one can have a line") {
  Gate gate(classed(1, {{.name = "default", .wait = seconds(5)}}));
  Create create(gate, 0);
  gate.apply(live(1, 1));
  CHECK(create.waits());
  CHECK(gate.snapshot_with_holders(at(2)).line.at(0).class_name == "default");
  CHECK(gate.snapshot_with_holders(at(2)).line.at(0).since == at(1.1));
}
