#include "tmux/rest.h"

#include <filesystem>

#include "driver.h"
#include "fake_server.h"
#include "frames.h"
#include "support/catch.h"
#include "temporary_folder.h"

namespace taskgate::tmux {
namespace {

using namespace testing;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

const TimePoint kStart = TimePoint{} + seconds(100);

// A listing that took so long, and how long tmux rests behind it.
Duration rest_after(Rest& rest, Duration took, std::optional<Fault> fault = std::nullopt) {
  Listing listing;
  listing.began = kStart;
  listing.ended = kStart + took;
  listing.fault = fault;
  rest.observe(listing);
  return rest.until() - listing.ended;
}

TEST_CASE("before the first listing there is no rest") {
  CHECK(Rest().until() < Clock::now());
}

TEST_CASE("a rest is nine times as long as the listing was") {
  Rest rest;
  CHECK(rest_after(rest, milliseconds(1)) == milliseconds(9));
}

TEST_CASE("a listing that took longer than the late ones counts little") {
  Rest rest;
  rest_after(rest, microseconds(800));
  CHECK(rest_after(rest, seconds(1)) == 9 * microseconds(900));
  CHECK(rest_after(rest, microseconds(100)) == 9 * microseconds(100));
}

TEST_CASE("a server that has become slower is known for that after some listings") {
  Rest rest;
  rest_after(rest, milliseconds(1));
  Duration now{};
  for (int i = 0; i < 20; ++i) now = rest_after(rest, milliseconds(5));
  CHECK(now == milliseconds(45));
}

TEST_CASE("a rest is no longer than after a listing of 25 ms") {
  Rest rest;
  CHECK(rest_after(rest, seconds(1)) == milliseconds(225));
}

TEST_CASE("what a failed listing took says nothing of tmux, and it rests all the same") {
  Rest rest;
  CHECK(rest_after(rest, seconds(1), Fault::timeout) < Duration::zero());
  rest_after(rest, milliseconds(1));
  CHECK(rest_after(rest, microseconds(1), Fault::permission_denied) == milliseconds(9));
}

TEST_CASE("of a lister's listings each begins when the rest behind the one before is over") {
  TemporaryFolder folder;
  Driver driver(settings_for({folder / "s"}));
  FakeServer server(driver.loop, folder / "s", answering(answer("7 $4 1 kube-coder-a\n")));
  Rest rest;
  for (int i = 0; i < 50; ++i) {
    const Listing listing = driver.list();
    CHECK(listing.known());
    CHECK(listing.began >= rest.until());
    rest.observe(listing);
  }
  CHECK(server.accepted() == 50);
}

TEST_CASE("what is asked for during a rest is one listing") {
  TemporaryFolder folder;
  Driver driver(settings_for({folder / "s"}));
  FakeServer server(driver.loop, folder / "s", answering(answer("7 $4 1 kube-coder-a\n")));
  driver.list();
  driver.lister.begin();
  CHECK(driver.lister.running());
  CHECK_FALSE(driver.lister.has_begun());
  driver.lister.begin();
  driver.run_until([&] { return driver.lister.has_begun(); });
  CHECK(driver.listings.size() == 1);
  driver.run_until([&] { return driver.listings.size() == 2; });
  CHECK_FALSE(driver.lister.has_begun());
  CHECK_FALSE(driver.lister.running());
  CHECK(server.accepted() == 2);
}

TEST_CASE("settings that come during a rest hold for the listing behind it") {
  TemporaryFolder folder;
  Driver driver(settings_for({folder / "s"}));
  FakeServer server(driver.loop, folder / "s", answering(answer("7 $4 1 kube-coder-a\n")));
  driver.list();
  driver.lister.begin();
  ListerSettings none = settings_for({folder / "s"});
  none.match = {"other-*"};
  driver.lister.configure(none);
  driver.run_until([&] { return driver.listings.size() == 2; });
  CHECK(driver.listings[0].live == 1);
  CHECK(driver.listings[1].live == 0);
}

TEST_CASE("a lister that is gone makes no listing when the rest is over") {
  TemporaryFolder folder;
  asio::io_context loop{1};
  FakeServer server(loop, folder / "s", answering(answer("7 $4 1 kube-coder-a\n")));
  std::size_t count = 0;
  {
    Lister lister(loop, settings_for({folder / "s"}), [&](const Listing&) { ++count; });
    lister.begin();
    run_until(loop, [&] { return count == 1; });
    lister.begin();
  }
  loop.restart();
  loop.run_for(milliseconds(300));
  CHECK(count == 1);
  CHECK(server.accepted() == 1);
}

}  // namespace
}  // namespace taskgate::tmux
