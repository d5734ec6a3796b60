#include "gate/origins.h"

#include "gate/gate.h"
#include "support/catch.h"
#include "world.h"

using namespace taskgate;
using namespace taskgate::gate;
using namespace taskgate::gate::test;

TEST_CASE("sessions found at the start are inherited, later ones without a create unattributed") {
  Gate gate(Settings{});
  gate.apply(live(2, 1));
  gate.apply(live(3, 2));
  const Snapshot shot = gate.snapshot_with_holders(at(3));
  CHECK(shot.count(Origin::inherited) == 2);
  CHECK(shot.count(Origin::unattributed) == 1);
  CHECK(shot.count(Origin::created) == 0);
}

TEST_CASE("a session that appears with a create's reservation is put down to it, one each") {
  Gate gate(Settings{});
  Ticket ticket(gate, Demand{}, at(0), nullptr);
  gate.apply(live(0, 1));
  ticket.take_reservation().answered(201, at(2));
  gate.apply(live(2, 3));
  const Snapshot shot = gate.snapshot_with_holders(at(3));
  CHECK(shot.count(Origin::created) == 1);
  CHECK(shot.count(Origin::unattributed) == 1);
}

TEST_CASE("a session seen while its create is in flight is not put down to it twice") {
  Gate gate(Settings{});
  Ticket ticket(gate, Demand{}, at(0), nullptr);
  gate.apply(live(0, 1));
  gate.apply(live(1, 2));
  ticket.take_reservation().answered(201, at(3));
  gate.apply(live(2, 4));
  const Snapshot shot = gate.snapshot_with_holders(at(4));
  CHECK(shot.count(Origin::created) == 1);
  CHECK(shot.count(Origin::unattributed) == 1);
}

TEST_CASE("sessions that do not match are no holders") {
  Gate gate(Settings{});
  gate.apply(listing_of({session(1), session(2, false)}, 1));
  CHECK(gate.snapshot_with_holders(at(2)).holders.size() == 1);
}

TEST_CASE("a session that is renamed is the same, under its new name") {
  Origins origins;
  tmux::Session one = session(1);
  origins.observe(listing_of({one}, 1), [] { return false; });
  one.name = "kube-coder-renamed";
  const tmux::Listing listing = listing_of({one}, 2);
  CHECK(origins.observe(listing, [] { return false; }).empty());
  REQUIRE(origins.holders().size() == 1);
  CHECK(origins.holders()[0].name == "kube-coder-renamed");
  CHECK(origins.holders()[0].origin == Origin::inherited);
}

TEST_CASE("a session stays what it is when a socket comes or goes before its own") {
  Origins origins;
  const auto no_create = [] { return false; };
  origins.observe(listing_of({session(1)}, 1), no_create);
  tmux::Session one = session(1);
  one.socket = 1;
  tmux::Listing two = listing_of({session(9, true, 200), one}, 2);
  two.servers.insert(two.servers.begin(), tmux::ServerMark{.path = "/run/tmux/aaa"});
  CHECK(origins.observe(two, no_create).empty());
  REQUIRE(origins.holders().size() == 2);
  CHECK(origins.holders()[0].origin == Origin::inherited);
  CHECK(origins.holders()[1].origin == Origin::unattributed);
  CHECK(origins.observe(listing_of({session(1)}, 3), no_create).size() == 1);
}

TEST_CASE("a session of the very second of the start is an old one in the first listing only") {
  constexpr auto kNoCreate = [] { return false; };
  tmux::Session one = session(1);
  tmux::Session two = session(2);
  one.created = two.created = kSessionsBorn;
  Origins origins(kSessionsBorn);
  origins.observe(listing_of({one}, 1), kNoCreate);
  origins.observe(listing_of({one, two}, 2), kNoCreate);
  REQUIRE(origins.holders().size() == 2);
  CHECK(origins.holders()[0].origin == Origin::inherited);
  CHECK(origins.holders()[1].origin == Origin::unattributed);
}

// Two creates whose answers give the same name: the second one must not take the first one's.
TEST_CASE("a session is found by its name until an answer has named it") {
  Origins origins;
  origins.observe(live(1, 1), [] { return false; });
  Origins::Known* const known = origins.unclaimed("kube-coder-1", at(0));
  REQUIRE(known != nullptr);
  known->class_id = ClassId{};
  CHECK(origins.unclaimed("kube-coder-1", at(0)) == nullptr);
}

TEST_CASE("sessions that are gone are given back, each once") {
  Origins origins;
  origins.observe(live(3, 1), [] { return false; });
  CHECK(origins.observe(live(1, 2), [] { return false; }).size() == 2);
  CHECK(origins.observe(live(1, 3), [] { return false; }).empty());
}

TEST_CASE("a listing with the very same sessions changes nothing, and the next one is compared") {
  Origins origins;
  const tmux::Listing two = live(2, 1);
  origins.observe(two, [] { return false; });
  CHECK(origins.observe(two, [] { return true; }).empty());
  CHECK(origins.holders().size() == 2);
  CHECK(origins.observe(live(3, 2), [] { return true; }).empty());
  CHECK(origins.holders().back().origin == Origin::created);
  CHECK(origins.observe(two, [] { return false; }).size() == 1);
}

TEST_CASE("of listings without a session only the first shows what was there before") {
  Origins origins;
  origins.observe(tmux::Listing{}, [] { return false; });
  origins.observe(tmux::Listing{}, [] { return false; });
  origins.observe(live(1, 2), [] { return false; });
  CHECK(origins.holders().front().origin == Origin::unattributed);
}

TEST_CASE("holders are shown oldest first") {
  Origins origins;
  std::vector<tmux::Session> sessions{session(1), session(2), session(3)};
  sessions[0].created = 30;
  sessions[1].created = 10;
  sessions[2].created = 20;
  origins.observe(listing_of(sessions, 1), [] { return false; });
  const auto holders = origins.holders();
  REQUIRE(holders.size() == 3);
  CHECK(holders[0].created == 10);
  CHECK(holders[2].created == 30);
}

TEST_CASE(
    "a session made after the gate's start is not inherited, however late the first listing") {
  const std::int64_t started = kSessionsBorn + 5;
  Gate gate(Settings{}, started);
  Ticket ticket(gate, Demand{}, at(0), nullptr);
  // Ids are seconds from kSessionsBorn: 4 was there, 5 came in the same second, 6 and 7 since then.
  gate.apply(listing_of({session(4), session(5), session(6), session(7)}, 1));
  const Snapshot shot = gate.snapshot_with_holders(at(2));
  CHECK(shot.count(Origin::inherited) == 2);
  CHECK(shot.count(Origin::unattributed) == 2);
}

TEST_CASE("a session made after the start is put down to its create by the first listing too") {
  Origins origins(kSessionsBorn);
  origins.observe(listing_of({session(6)}, 1), [] { return true; });
  CHECK(origins.holders().at(0).origin == Origin::created);
}

TEST_CASE(
    "sessions that count since a reload were there before it, and those that it leaves out have "
    "not ended") {
  Origins origins(kSessionsBorn - 100);
  const auto no_create = [] { return false; };
  origins.observe(listing_of({session(1), session(2, false)}, 1), no_create);
  origins.count_others();
  CHECK(origins.observe(listing_of({session(1, false), session(2)}, 2), no_create).empty());
  origins.observe(listing_of({session(2), session(3)}, 3), no_create);
  const auto holders = origins.holders();
  REQUIRE(holders.size() == 2);
  CHECK(holders[0].origin == Origin::inherited);
  CHECK(holders[1].origin == Origin::unattributed);
}

TEST_CASE("a session that was there and counts only later is inherited all the same") {
  Origins origins(kSessionsBorn + 5);
  origins.observe(listing_of({session(2, false)}, 1), [] { return false; });
  origins.observe(listing_of({session(2), session(7)}, 2), [] { return false; });
  const auto holders = origins.holders();
  REQUIRE(holders.size() == 2);
  CHECK(holders[0].origin == Origin::inherited);
  CHECK(holders[1].origin == Origin::unattributed);
}
