#include "gate/departures.h"

#include "gate/gate.h"
#include "support/catch.h"
#include "world.h"

using namespace taskgate;
using namespace taskgate::gate;
using namespace taskgate::gate::test;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

constexpr std::int64_t kWall = 1'800'000'000;

// `count` sessions that lived for `lifetime` seconds and were missed at kWall.
std::vector<Holder> ended(int count, std::int64_t lifetime) {
  return std::vector<Holder>(static_cast<std::size_t>(count),
                             Holder{"kube-coder-x", 1, kWall - lifetime, Origin::created});
}

TimePoint minute(int number) {
  return at(number * 60'000.0);
}

// A listing in that minute, with sessions of these ages in seconds.
tmux::Listing listed(int minute, const std::vector<std::int64_t>& ages = {}) {
  std::vector<tmux::Session> sessions;
  for (const std::int64_t age : ages) {
    sessions.push_back(session(sessions.size() + 1));
    sessions.back().created = kWall - age;
  }
  tmux::Listing listing = listing_of(std::move(sessions), minute * 60'000.0);
  listing.wall = kWall;
  return listing;
}

}  // namespace

TEST_CASE("before the first listing nothing is known") {
  const Turnover turnover = Departures().turnover(minute(5));
  CHECK(turnover.freed == 0);
  CHECK(turnover.watched == Duration::zero());
  CHECK_FALSE(turnover.mean_lifetime);
}

TEST_CASE("sessions that ended are counted over the time that was watched") {
  Departures departures;
  departures.observe({}, listed(0));
  departures.observe(ended(2, 100), listed(1));
  departures.observe(ended(1, 400), listed(2));
  const Turnover turnover = departures.turnover(minute(5));
  CHECK(turnover.freed == 3);
  CHECK(turnover.watched == minutes(5));
  CHECK(turnover.ended == 3);
  CHECK(turnover.mean_lifetime == Duration(seconds(200)));
}

TEST_CASE("what ended longer ago than a quarter of an hour tells of lifetimes only") {
  Departures departures;
  departures.observe({}, listed(0));
  departures.observe(ended(3, 60), listed(1));
  departures.observe(ended(1, 60), listed(10));
  const Turnover turnover = departures.turnover(minute(20));
  CHECK(turnover.freed == 1);
  CHECK(turnover.watched == minutes(15));
  CHECK(turnover.ended == 4);
  CHECK(departures.turnover(minute(25)).freed == 1);
  CHECK(departures.turnover(minute(26)).freed == 0);
}

TEST_CASE("where more ended than are remembered, the time that those span is told") {
  Departures departures;
  departures.observe({}, listed(0));
  departures.observe(ended(100, 10), listed(1));
  departures.observe(ended(60, 10), listed(9));
  const Turnover turnover = departures.turnover(minute(10));
  CHECK(turnover.freed == 64);
  CHECK(turnover.watched == minutes(9));
}

TEST_CASE("a wall clock that was set back makes no negative lifetime") {
  Departures departures;
  departures.observe(ended(1, -500), listed(0));
  CHECK(departures.turnover(minute(1)).mean_lifetime == Duration::zero());
}

TEST_CASE("the gate learns from the sessions that no longer are in a listing") {
  Gate gate(Settings{});
  gate.apply(live(5, 0));
  gate.apply(listing_of({session(5)}, 60'000));
  const Snapshot shot = gate.snapshot_with_holders(at(120'000));
  CHECK(shot.turnover.freed == 4);
  CHECK(shot.turnover.watched == Duration(minutes(2)));
  // Created a few seconds apart, see world.h; all missed at the same moment.
  CHECK(shot.turnover.mean_lifetime > Duration(minutes(15)));
  CHECK(shot.retry.basis == RetryBasis::quiet);
  CHECK(shot.retry.seconds == 60);
}

TEST_CASE("the age of those that live goes on between two listings, and tells nothing of others") {
  Departures departures;
  auto listing = listed(0, {100, 300});
  std::vector<tmux::Session> sessions(listing.sessions.begin(), listing.sessions.end());
  sessions.push_back(session(9, false));
  listing.sessions = std::move(sessions);
  departures.observe({}, listing);
  CHECK(departures.turnover(minute(0)).mean_age == seconds(200));
  CHECK(departures.turnover(minute(5)).mean_age == seconds(500));
}

TEST_CASE("it is quiet since the last end, or since the gate looks") {
  Departures departures;
  departures.observe({}, listed(0, {7200}));
  CHECK(departures.turnover(minute(4)).quiet == minutes(4));
  departures.observe(ended(1, 100), listed(5, {7200}));
  CHECK(departures.turnover(minute(5)).quiet == Duration::zero());
  CHECK(departures.turnover(minute(7)).quiet == minutes(2));
}

TEST_CASE("a time in which nobody lived is not one in which nobody ended") {
  Departures departures;
  departures.observe({}, listed(0));
  departures.observe({}, listed(59, {10, 20}));
  CHECK(departures.turnover(minute(59)).quiet == seconds(15));
}

TEST_CASE("a session that was created in the future has no age") {
  Departures departures;
  departures.observe({}, listed(0, {-500}));
  CHECK(departures.turnover(minute(0)).mean_age == Duration::zero());
}

TEST_CASE("a creation time of 0 makes an age, not an overflow") {
  Departures departures;
  departures.observe(ended(64, kWall), listed(0, std::vector<std::int64_t>(100, kWall)));
  CHECK(departures.turnover(minute(0)).mean_age == seconds(kWall));
  CHECK(departures.turnover(minute(0)).mean_lifetime == Duration(seconds(kWall)));
}

TEST_CASE("sessions of a restarted server are others, even under the same ids") {
  Gate gate(Settings{});
  gate.apply(live(3, 0));
  auto restarted = listing_of({session(1, true, 200), session(2, true, 200)}, 1000);
  gate.apply(restarted);
  CHECK(gate.snapshot_with_holders(at(2000)).turnover.freed == 3);
}

TEST_CASE("sessions that are not counted any more by a reload have not ended") {
  Gate gate(Settings{});
  gate.apply(live(3, 0));
  gate.forget_count();
  gate.apply(listing_of({session(4, false)}, 1000));
  CHECK(gate.snapshot_with_holders(at(1000)).turnover.freed == 0);
  gate.apply(live(3, 2000));
  gate.apply(live(1, 3000));
  CHECK(gate.snapshot_with_holders(at(3000)).turnover.freed == 2);
}
