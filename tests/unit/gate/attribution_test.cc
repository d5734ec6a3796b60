// Whose a session is: by the name in its create's answer, then by its id.
#include "gate/attribution.h"

#include "classed.h"

using namespace taskgate;
using namespace taskgate::gate;
using namespace taskgate::gate::test;

namespace {

struct World {
  explicit World(std::string inherited = "") : gate(rules(std::move(inherited))) {
    gate.apply(live(0, 0));
  }
  static Settings rules(std::string inherited) {
    Settings made = classed(9, {{.name = "people"}, {.name = "storms"}});
    made.inherited_class = std::move(inherited);
    return made;
  }
  std::unique_ptr<Create> admit(std::string_view name, double now) {
    auto create = std::make_unique<Create>(gate, now, of(gate, name));
    gate.apply(listing_of(sessions, now + 0.5));
    REQUIRE(create->decision() == Decision::admitted);
    return create;
  }
  void list(double now) { gate.apply(listing_of(sessions, now)); }
  int used(std::string_view name) { return state_of(gate, name, 1e6).used; }
  Holder holder(std::size_t place = 0) {
    return gate.snapshot_with_holders(at(1e6)).holders[place];
  }

  std::vector<tmux::Session> sessions;
  Gate gate;
};

}  // namespace

TEST_CASE("a session is its create's by name, whether the name or the listing comes first") {
  const bool name_first = GENERATE(true, false);
  CAPTURE(name_first);
  World world;
  const auto create = world.admit("people", 1);
  Reservation reservation = create->ticket.take_reservation();
  const auto id = reservation.id();
  const auto name = [&](double now) {
    world.gate.session_named(id, "kube-coder-a", {"task", "7d1f"}, at(now));
  };
  reservation.answered(201, at(2));
  if (name_first) name(3);
  world.sessions = {named("kube-coder-a", 4)};
  world.list(5);
  if (!name_first) name(6);
  CHECK(world.used("people") == 1);
  CHECK(world.holder().class_name == "people");
  CHECK(world.holder().maker.route == "task");
  CHECK(world.holder().maker.request_id == "7d1f");
  CHECK(world.holder().origin == Origin::created);
}

TEST_CASE("a name is compared as it was given, and as older versions of tmux write it") {
  const std::string written = GENERATE("kube-coder-a_b_c", "kube-coder-a.b:c");
  World world;
  const auto create = world.admit("people", 1);
  answer(world.gate, *create, "kube-coder-a.b:c", 2);
  world.sessions = {named(written, 4)};
  world.list(5);
  CHECK(world.used("people") == 1);
}

TEST_CASE("a session of the very name goes before one that an older tmux would have named so") {
  World world;
  const auto create = world.admit("people", 1);
  answer(world.gate, *create, "kube-coder-a.b", 2);
  world.sessions = {named("kube-coder-a_b", 4), named("kube-coder-a.b", 5)};
  world.list(5);
  CHECK(world.holder(0).class_name.empty());
  CHECK(world.holder(1).class_name == "people");
}

TEST_CASE(
    "a session that is renamed stays with its class, and who takes its name does not get it") {
  World world;
  const auto create = world.admit("people", 1);
  answer(world.gate, *create, "kube-coder-a", 2);
  world.sessions = {named("kube-coder-a", 4)};
  world.list(5);
  world.sessions = {named("kube-coder-b", 4), named("kube-coder-a", 5)};
  world.list(6);
  CHECK(world.used("people") == 1);
  CHECK(world.holder(0).class_name == "people");
  CHECK(world.holder(1).class_name.empty());
  world.sessions = {named("kube-coder-a", 5)};
  world.list(7);
  CHECK(world.used("people") == 0);
}

TEST_CASE("an older session of the same name is not its create's") {
  World world;
  world.sessions = {named("kube-coder-a", 4)};
  const auto create = world.admit("people", 1);
  answer(world.gate, *create, "kube-coder-a", 2);
  world.list(3);
  CHECK(world.used("people") == 0);
}

TEST_CASE(
    "a session that a listing shows which began before its create was admitted is known too") {
  Gate gate(classed(1, {{.name = "people"}}));
  Create first(gate, 0, of(gate, "people"));
  Create second(gate, 0, of(gate, "people"));
  gate.apply(live(0, 1));
  // A listing begins; the second one is admitted, and its session is there when tmux answers.
  first.ticket.take_reservation().not_sent(at(3));
  answer(gate, second, "kube-coder-a", 5);
  gate.apply(listing_of({named("kube-coder-a", 4)}, 2, 6));
  gate.apply(listing_of({named("kube-coder-a", 4)}, 7));
  CHECK(state_of(gate, "people", 8).used == 1);
}

TEST_CASE("two sessions of a name on two servers are not both its create's") {
  World world;
  const auto create = world.admit("people", 1);
  answer(world.gate, *create, "kube-coder-a", 2);
  world.sessions = {named("kube-coder-a", 4, 100), named("kube-coder-a", 4, 200)};
  world.list(3);
  CHECK(world.used("people") == 1);
}

TEST_CASE("a name that the listing after the answer does not show is forgotten") {
  World world;
  const auto create = world.admit("people", 1);
  answer(world.gate, *create, "kube-coder-a", 2);
  world.list(3);
  world.sessions = {named("kube-coder-a", 9)};  // somebody else's
  world.list(4);
  CHECK(world.used("people") == 0);
}

TEST_CASE("names change nothing for the slots: the reservation ends as ever") {
  World world;
  const auto create = world.admit("people", 1);
  Reservation reservation = create->ticket.take_reservation();
  const auto id = reservation.id();
  world.sessions = {named("kube-coder-a", 4)};
  world.list(2);
  world.gate.session_named(id, "kube-coder-a", {}, at(3));
  CHECK(world.used("people") == 1);  // though it counts twice in the total
  CHECK(world.gate.snapshot(at(3)).reservations() == 1);
  reservation.answered(201, at(4));
  world.list(5);
  CHECK(world.used("people") == 1);
  CHECK(world.gate.snapshot(at(6)).reservations() == 0);
}

TEST_CASE("sessions without a name are of no class, or of the inherited one") {
  for (const std::string inherited : {"", "storms"}) {
    CAPTURE(inherited);
    World world(inherited);
    world.sessions = {session(1), session(2)};
    world.list(1);
    CHECK(world.used("storms") == (inherited.empty() ? 0 : 2));
    CHECK(world.used("people") == 0);
    CHECK(world.holder().class_name == inherited);
    CHECK(world.holder().maker.route.empty());
  }
}

TEST_CASE("while a create may still name a session, it is nobody's") {
  struct Row {
    const char* what;
    int status;        // 0: not sent; -1: no answer
    const char* name;  // null: none comes
    int people;
    int storms;  // the inherited class
  };
  const std::vector<Row> rows = {
      {"it names it", 201, "kube-coder-a", 1, 0},
      {"it names another", 201, "kube-coder-b", 0, 1},
      {"it names none", 201, "", 0, 1},
      {"it is refused", 409, nullptr, 0, 1},
      {"it fails", 500, nullptr, 0, 1},
      {"it redirects", 303, nullptr, 0, 1},
      {"it is not sent", 0, nullptr, 0, 1},
      {"it gets no answer", -1, nullptr, 0, 1},
      {"its answer is still being read", 201, nullptr, 1, 0},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    World world("storms");
    const auto create = world.admit("people", 1);
    Reservation reservation = create->ticket.take_reservation();
    const auto id = reservation.id();
    world.sessions = {named("kube-coder-a", 4)};
    world.list(2);
    CHECK(world.used("storms") == 0);
    if (row.status == 0) reservation.not_sent(at(3));
    if (row.status < 0) reservation.lost(at(3));
    if (row.status > 0) reservation.answered(row.status, at(3));
    if (row.name != nullptr) world.gate.session_named(id, row.name, {}, at(4));
    world.list(6000);
    CHECK(world.used("people") == row.people);
    CHECK(world.used("storms") == row.storms);
  }
}

TEST_CASE("a create that was admitted behind a session does not keep it from the inherited class") {
  World world("storms");
  world.sessions = {session(1)};
  const auto create = world.admit("people", 1);
  CHECK(world.used("storms") == 1);
  CHECK(world.used("people") == 1);
}

TEST_CASE("creates that never say a name are forgotten in the end, the oldest first") {
  World world("storms");
  const auto first = world.admit("people", 1);
  first->ticket.take_reservation().answered(201, at(2));
  world.sessions = {session(1)};
  world.list(3);
  CHECK(world.used("storms") == 0);
  for (std::size_t i = 0; i < Attribution::kMostSettled; ++i) {
    const double now = 10 + static_cast<double>(i);
    const auto next = world.admit("people", now);
    next->ticket.take_reservation().answered(201, at(now + 0.8));
  }
  world.list(1000);
  CHECK(world.used("storms") == 1);
}

// With tmux.on_unknown: admit, or mode: observe, for as long as nothing can be listed.
TEST_CASE("creates whose sessions no listing can show are forgotten in the end, the oldest first") {
  Settings settings = World::rules("");
  settings.admit_unknown = true;
  Gate gate(settings);
  double now = 0;
  const auto name_of = [](std::size_t number) { return "kube-coder-" + std::to_string(number); };
  const auto fail = [&] { gate.apply(failed(tmux::Fault::timeout, now)); };
  for (std::size_t i = 0; i <= Attribution::kMostSettled; ++i) {
    Create create(gate, now += 1, of(gate, "people"));
    now += 1;
    fail();
    REQUIRE(create.decision() == Decision::admitted_unknown);
    Reservation reservation = create.ticket.take_reservation();
    const std::uint64_t id = reservation.id();
    reservation.answered(201, at(now += 1));
    gate.session_named(id, name_of(i), {}, at(now));
    now += 10'000;  // beyond admission.settle
    fail();
  }
  REQUIRE(gate.snapshot(at(now)).reservations() == 0);
  gate.apply(listing_of({named(name_of(0), 1), named(name_of(1), 2)}, now + 1));
  const auto holders = gate.snapshot_with_holders(at(now + 2)).holders;
  REQUIRE(holders.size() == 2);
  CHECK(holders[0].class_name.empty());
  CHECK(holders[1].class_name == "people");
}

TEST_CASE("a name for a create that nobody knows changes nothing") {
  World world("storms");
  world.sessions = {named("kube-coder-a", 4)};
  world.list(1);
  world.gate.session_named(99, "kube-coder-a", {}, at(2));
  CHECK(world.used("storms") == 1);
}

TEST_CASE("without classes holders are told with the route and the request that made them") {
  Gate gate(settings(9));
  gate.apply(live(0, 0));
  Create create(gate, 1, of(gate, "default"));
  gate.apply(live(0, 2));
  answer(gate, create, "kube-coder-a", 3);
  gate.apply(listing_of({named("kube-coder-a", 1), session(2)}, 4));
  const Snapshot shot = gate.snapshot_with_holders(at(5));
  CHECK(shot.holders.at(0).maker.request_id == "request-of-kube-coder-a");
  CHECK(shot.holders.at(0).maker.path_id == "id-of-kube-coder-a");
  CHECK(shot.holders.at(0).class_name.empty());
  CHECK(shot.holders.at(1).maker.request_id.empty());
  CHECK(shot.classes.empty());
}

TEST_CASE("a create that was let pass without a count is named when the count is back") {
  Settings lenient = World::rules("");
  lenient.admit_unknown = true;
  Gate gate(lenient);
  gate.apply(live(0, 0));
  Create create(gate, 20'000, of(gate, "people"));
  gate.apply(failed(tmux::Fault::timeout, 20'001));
  Reservation reservation = create.ticket.take_reservation();
  const auto id = reservation.id();
  reservation.answered(201, at(20'002));
  gate.session_named(id, "kube-coder-a", {}, at(20'003));
  gate.apply(failed(tmux::Fault::timeout, 30'000));  // its reservation is over
  gate.apply(listing_of({named("kube-coder-a", 4)}, 30'001));
  CHECK(state_of(gate, "people", 30'002).used == 1);
}
