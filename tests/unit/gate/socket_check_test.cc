#include "gate/socket_check.h"

#include <algorithm>

#include "support/catch.h"
#include "world.h"

using namespace taskgate;
using namespace taskgate::gate;
using namespace taskgate::gate::test;

namespace {

// A create that succeeded between two listings that show what is given.
void succeed(SocketCheck& checks, const tmux::Listing& before, const tmux::Listing& after) {
  checks.observe(before);
  checks.add({checks.mark(), after.began - std::chrono::milliseconds(1)});
  checks.observe(after);
}

// The kernel shows no other tmux.
tmux::Listing alone(tmux::Listing listing) {
  listing.other = tmux::OtherTmux::none;
  return listing;
}

tmux::Listing touched(double began) {
  tmux::Listing listing = live(0, began);
  listing.servers[0].inode = 8;
  return listing;
}

}  // namespace

TEST_CASE("several successes without any change on the socket mean blind") {
  SocketCheck checks;
  for (int i = 0; i < 2; ++i) succeed(checks, live(0, i * 10), live(0, i * 10 + 5));
  CHECK_FALSE(checks.blind());
  succeed(checks, live(0, 100), live(0, 105));
  CHECK(checks.blind());
}

TEST_CASE("where no other tmux listens, creates that leave nothing have failed by themselves") {
  SocketCheck checks;
  for (int i = 0; i < 9; ++i) succeed(checks, live(0, i * 10), alone(live(0, i * 10 + 5)));
  CHECK_FALSE(checks.blind());
  for (int i = 0; i < 3; ++i) succeed(checks, live(0, 100 + i * 10), live(0, 105 + i * 10));
  REQUIRE(checks.blind());
  CHECK(checks.asks_for_others());
  checks.observe(alone(live(0, 200)));
  CHECK_FALSE(checks.blind());
}

TEST_CASE("something that may be a tmux elsewhere leaves the evidence as it is") {
  SocketCheck checks;
  for (int i = 0; i < 3; ++i) {
    tmux::Listing after = live(0, i * 10 + 5);
    after.other = tmux::OtherTmux::some;
    succeed(checks, live(0, i * 10), after);
  }
  CHECK(checks.blind());
}

TEST_CASE("others are asked for only while a create is to be judged on an empty socket") {
  SocketCheck checks;
  checks.observe(live(0, 0));
  CHECK_FALSE(checks.asks_for_others());
  checks.add({checks.mark(), at(1)});
  CHECK(checks.asks_for_others());
  checks.observe(live(1, 2));
  CHECK_FALSE(checks.asks_for_others());
  checks.add({checks.mark(), at(3)});
  CHECK_FALSE(checks.asks_for_others());
}

TEST_CASE("others are asked for where nothing is known of the socket") {
  SocketCheck checks;
  checks.observe(live(1, 0));
  checks.forget();
  checks.add({checks.mark(), at(1)});
  CHECK(checks.asks_for_others());
}

TEST_CASE("trials pass after pauses that double up to an hour, until something shows") {
  SocketCheck checks;
  CHECK_FALSE(checks.trial_due(at(1e9)));
  for (int i = 0; i < 3; ++i) succeed(checks, live(0, i * 10), live(0, i * 10 + 5));
  double now = 25.1;  // when the third one was judged
  double pause = 10'000;
  int trials = 0;
  for (; now < 24 * 3600e3; ++trials) {
    CHECK_FALSE(checks.trial_due(at(now + pause - 1)));
    now += pause + 1;  // at() rounds
    REQUIRE(checks.trial_due(at(now)));
    checks.trial_passed(at(now));
    succeed(checks, live(0, now), live(0, now + 5));
    pause = std::min(2 * pause, 3600e3);
  }
  CHECK(trials == 32);  // of a whole day
  checks.observe(live(1, now + 10));
  CHECK_FALSE(checks.trial_due(at(1e9)));
  CHECK_FALSE(checks.blind());
}

TEST_CASE("a socket file that was made anew is a sign of life") {
  SocketCheck checks;
  for (int i = 0; i < 3; ++i) succeed(checks, live(0, i * 10), live(0, i * 10 + 5));
  REQUIRE(checks.blind());
  checks.observe(touched(200));
  CHECK_FALSE(checks.blind());
}

TEST_CASE("creates whose command ends at once are no sign of blindness beside living sessions") {
  SocketCheck checks;
  for (int i = 0; i < 9; ++i) succeed(checks, live(2, i * 10), live(2, i * 10 + 5));
  CHECK_FALSE(checks.blind());
}

TEST_CASE("one create that shows ends the row") {
  SocketCheck checks;
  succeed(checks, live(0, 0), live(0, 5));
  succeed(checks, live(0, 10), live(0, 15));
  succeed(checks, live(0, 20), live(1, 25));
  succeed(checks, live(0, 30), live(0, 35));
  CHECK_FALSE(checks.blind());
}

TEST_CASE("a success is judged only by a listing that began after it was due") {
  SocketCheck checks;
  for (int i = 0; i < 3; ++i) {
    checks.observe(live(0, i * 10));
    checks.add({checks.mark(), at(1000)});
  }
  checks.observe(live(0, 1000));
  CHECK_FALSE(checks.blind());
  checks.observe(live(0, 1001));
  CHECK(checks.blind());
}

TEST_CASE("a success that is judged late proves nothing, for its task may have come and gone") {
  const auto is_blind = [](Duration late) {
    SocketCheck checks;
    for (int i = 0; i < 5; ++i) {
      tmux::Listing after = live(0, i * 10'000 + 5000);
      checks.observe(live(0, i * 10'000));
      checks.add({checks.mark(), after.began - late});
      checks.observe(after);
    }
    return checks.blind();
  };
  CHECK(is_blind(SocketCheck::kJudgedWithin));
  CHECK_FALSE(is_blind(SocketCheck::kJudgedWithin + std::chrono::nanoseconds(1)));
}

TEST_CASE(
    "sessions that appear under other names mean that the pattern is wrong, not that we are "
    "blind") {
  SocketCheck checks;
  std::uint64_t id = 1;
  for (int i = 0; i < 3; ++i) {
    succeed(checks, listing_of({session(id, false)}, i * 10),
            listing_of({session(id, false), session(id + 1, false)}, i * 10 + 5));
    ++id;
  }
  CHECK(checks.match_wrong());
  CHECK_FALSE(checks.blind());
  succeed(checks, live(0, 100), live(1, 105));
  CHECK_FALSE(checks.match_wrong());
}

TEST_CASE("sessions that match and end before they are counted say nothing against the pattern") {
  SocketCheck checks;
  for (int i = 0; i < 9; ++i) {
    checks.observe(live(0, i * 10));
    checks.add({checks.mark(), at(i * 10 + 5)});
    checks.observe(live(1, i * 10 + 4));
    checks.observe(live(0, i * 10 + 6));
  }
  CHECK_FALSE(checks.match_wrong());
  CHECK_FALSE(checks.blind());
}

TEST_CASE("a first listing is no change") {
  SocketCheck checks;
  const auto before = checks.mark();
  checks.observe(live(3, 1));
  CHECK(checks.mark().births == before.births);
  CHECK(checks.mark().changes == before.changes);
}

TEST_CASE("a session is born once, also tmux's first one, whose id is 0") {
  SocketCheck checks;
  tmux::Listing before = live(0, 0);
  before.servers[0].pid = 100;
  checks.observe(before);
  checks.observe(listing_of({session(0)}, 1));
  CHECK(checks.mark().births == 1);
  tmux::Listing anew = listing_of({session(0)}, 2);
  anew.servers[0].inode = 8;
  checks.observe(anew);
  CHECK(checks.mark().changes == 2);
  CHECK(checks.mark().births == 1);
  checks.observe(listing_of({session(0, true, 200)}, 3));  // by another server
  CHECK(checks.mark().births == 2);
}

TEST_CASE("what was found of a socket or a pattern says nothing of the next one") {
  SocketCheck checks;
  for (int i = 0; i < 2; ++i) succeed(checks, live(0, i * 10), live(0, i * 10 + 5));
  const SocketCheck::Claim in_flight{checks.mark(), at(100)};
  checks.forget();
  for (int i = 0; i < 2; ++i) succeed(checks, live(0, 50 + i * 10), live(0, 55 + i * 10));
  checks.add(in_flight);
  checks.observe(live(0, 101));
  CHECK_FALSE(checks.blind());
  for (int i = 0; i < 2; ++i) succeed(checks, live(0, 200 + i * 10), live(0, 205 + i * 10));
  REQUIRE(checks.blind());
  checks.forget();
  CHECK_FALSE(checks.blind());
}
