#include "net/hangup_watch.h"

#include <unistd.h>

#include <list>
#include <optional>

#include "support/catch.h"
#include "support/deadline.h"
#include "tcp_pair.h"

using namespace taskgate;
using namespace taskgate::net;
using asio::ip::tcp;

namespace {

// A connection of which the one side is watched.
struct HangupFixture {
  HangupFixture() {
    test::connect_pair(loop, client, accepted);
    guard.emplace(watch, accepted.native_handle(), [this] { ++told; });
  }

  // The watch's timer is all that can end before anybody leaves.
  void look() { loop.run_one_for(test::kPatience); }
  void put_into_set() {
    look();
    look();
  }
  void reset() {
    client.set_option(asio::socket_base::linger(true, 0));
    client.close();
  }
  void run_until_told() {
    const test::Deadline deadline;
    while (told == 0 && !deadline.passed()) loop.run_one_for(test::kPatience);
  }

  asio::io_context loop{1};
  HangupWatch watch{loop};
  tcp::socket client{loop};
  tcp::socket accepted{loop};
  std::optional<HangupWatch::Guard> guard;
  int told = 0;
};

}  // namespace

TEST_CASE("a reset is told, once, whether it comes before or after the client is in the set") {
  const bool in_set = GENERATE(true, false);
  HangupFixture f;
  if (in_set) f.put_into_set();
  f.reset();
  f.run_until_told();
  f.loop.poll();
  CHECK(f.told == 1);
  CHECK(was_reset(f.accepted.native_handle()));
}

TEST_CASE("only who lasts from one look to the next one is put into the set") {
  HangupFixture f;
  f.look();
  CHECK_FALSE(f.guard->is_in_set());
  std::optional<HangupWatch::Guard> later;
  later.emplace(f.watch, f.client.native_handle(), [] {});
  f.look();
  CHECK(f.guard->is_in_set());
  CHECK_FALSE(later->is_in_set());
  f.look();
  CHECK(later->is_in_set());
}

TEST_CASE("the end of sending is told only where it is leaving") {
  const bool before = GENERATE(true, false);
  HangupFixture f;
  if (before) f.guard->tell_half_close();
  f.put_into_set();
  f.client.shutdown(tcp::socket::shutdown_send);
  f.loop.poll();
  if (!before) {
    CHECK(f.told == 0);
    f.guard->tell_half_close();
  }
  f.run_until_told();
  CHECK(f.told == 1);
  CHECK_FALSE(was_reset(f.accepted.native_handle()));
}

TEST_CASE("nothing is told to a guard that is gone") {
  const bool in_set = GENERATE(true, false);
  HangupFixture f;
  if (in_set) f.put_into_set();
  f.guard.reset();
  f.reset();
  if (!in_set) f.put_into_set();
  f.loop.poll();
  CHECK(f.told == 0);
}

TEST_CASE("many that leave at once are all told") {
  HangupFixture f;
  std::list<HangupWatch::Guard> guards;
  std::list<tcp::socket> duplicates;
  int told = 0;
  for (int i = 0; i < 200; ++i) {
    duplicates.emplace_back(f.loop, tcp::v4(), ::dup(f.accepted.native_handle()));
    guards.emplace_back(f.watch, duplicates.back().native_handle(), [&] { ++told; });
  }
  f.put_into_set();
  f.reset();
  const test::Deadline deadline;
  while (told < 200 && !deadline.passed()) f.loop.run_one_for(test::kPatience);
  CHECK(told == 200);
  CHECK(f.told == 1);
}
