// What the snapshot tells people of each session, beside the count that decides.
#include "gate/gate.h"
#include "support/catch.h"
#include "world.h"

using namespace taskgate;
using namespace taskgate::gate;
using namespace taskgate::gate::test;

namespace {

// The listings' wall time is this, less a second or so.
constexpr std::int64_t kNow = kSessionsBorn + 1000;

tmux::Session session_with(std::uint64_t id, tmux::Details details) {
  tmux::Session made = session(id);
  made.details = std::move(details);
  return made;
}

tmux::Listing look(std::vector<tmux::Session> sessions, double began) {
  tmux::Listing listing = listing_of(std::move(sessions), began);
  listing.question = tmux::Question::details;
  return listing;
}

tmux::Details silent_for(std::chrono::seconds silence) {
  return {.silent_since = kNow - silence.count(), .ended = false};
}

}  // namespace

TEST_CASE("details stay with their session while listings bring names alone") {
  Gate gate(Settings{});
  gate.apply(look({session_with(1, {.attached = true, .ended = true, .view_of = "a"})}, 1));
  gate.apply(live(2, 5));
  const Snapshot shot = gate.snapshot_with_holders(at(7));
  REQUIRE(shot.holders.size() == 2);
  CHECK(shot.holders[0].details->view_of == "a");
  CHECK_FALSE(shot.holders[1].details);
  CHECK(shot.ended() == 1);
  CHECK(shot.attached() == 1);
  CHECK(shot.signal_age == at(7) - at(5));
  CHECK(shot.details_age == at(7) - at(1));
}

TEST_CASE("a look counts for decisions as any other listing does") {
  Gate gate(settings(1));
  Ticket ticket(gate, Demand{}, at(0), nullptr);
  gate.apply(look({session_with(1, {})}, 1));
  REQUIRE(ticket.verdict() != nullptr);
  CHECK(ticket.verdict()->decision == Decision::rejected);
}

TEST_CASE("a session is idle when it was silent for a quarter of an hour") {
  Gate gate(Settings{});
  gate.apply(look({session_with(1, silent_for(kIdle)), session_with(2, silent_for(kIdle)),
                   session_with(3, silent_for(kIdle - std::chrono::seconds(1))),
                   // The clock was set back since then.
                   session_with(4, silent_for(-2 * kIdle))},
                  1));
  CHECK(gate.snapshot_with_holders(at(2)).idle() == 2);
}

TEST_CASE("what is not known of one session is not counted of any") {
  Gate gate(Settings{});
  CHECK_FALSE(gate.snapshot_with_holders(at(0)).idle());
  gate.apply(live(1, 1));
  const Snapshot counted = gate.snapshot_with_holders(at(2));
  CHECK_FALSE(counted.idle());  // never a false zero
  CHECK_FALSE(counted.attached());
  CHECK_FALSE(counted.ended());
  gate.apply(look({session_with(1, {.ended = false}), session_with(2, {.attached = true})}, 3));
  const Snapshot looked = gate.snapshot_with_holders(at(4));
  CHECK_FALSE(looked.idle());
  CHECK(looked.attached() == 1);
  CHECK_FALSE(looked.ended());
  gate.apply(look({}, 5));
  CHECK(gate.snapshot_with_holders(at(6)).idle() == 0);
}
