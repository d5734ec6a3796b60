#include "net/deadline.h"

#include <list>

#include "support/catch.h"

using namespace taskgate;
using namespace taskgate::net;
using namespace std::chrono_literals;

namespace {

struct DeadlineFixture {
  asio::io_context loop{1};
  Deadlines deadlines{loop};
};

}  // namespace

TEST_CASE("a deadline that passes calls once and stays expired until it is set anew") {
  DeadlineFixture f;
  int calls = 0;
  Deadline deadline(f.deadlines, [&] { ++calls; });
  deadline.set(1ms);
  f.loop.run();
  CHECK(calls == 1);
  CHECK(deadline.expired());
  deadline.set(1h);
  CHECK_FALSE(deadline.expired());
}

TEST_CASE("a deadline moved later does not pass at its old time") {
  DeadlineFixture f;
  bool moved_passed = false;
  bool later_passed = false;
  Deadline moved(f.deadlines, [&] { moved_passed = true; });
  Deadline later(f.deadlines, [&] {
    later_passed = true;
    f.loop.stop();
  });
  moved.set(1ms);
  moved.set(1h);
  later.set(5ms);
  f.loop.run();
  CHECK(later_passed);
  CHECK_FALSE(moved_passed);
}

TEST_CASE("a deadline moved earlier passes at its new time, before others") {
  DeadlineFixture f;
  std::string order;
  Deadline first(f.deadlines, [&] { order += "1"; });
  Deadline second(f.deadlines, [&] { order += "2"; });
  first.set(1h);
  second.set(50ms);
  first.set(1ms);
  f.loop.run();
  CHECK(order == "12");
}

TEST_CASE("deadlines that pass at nearly the same time wake the loop once or twice") {
  DeadlineFixture f;
  int passed = 0;
  const TimePoint began = Clock::now();
  std::list<Deadline> deadlines;
  for (int i = 0; i < 100; ++i) {
    deadlines.emplace_back(f.deadlines, [&] { ++passed; }).set(20ms + i * 50us);
  }
  // On a busy machine it takes time to set them, and they pass at other times then.
  const auto ticks_meanwhile = static_cast<std::size_t>((Clock::now() - began) / 16ms);
  CHECK(f.loop.run() <= 2 + ticks_meanwhile);
  CHECK(passed == 100);
}

TEST_CASE("a cleared or zero deadline never passes and lets the loop end") {
  DeadlineFixture f;
  int calls = 0;
  Deadline cleared(f.deadlines, [&] { ++calls; });
  Deadline none(f.deadlines, [&] { ++calls; });
  cleared.set(1ms);
  cleared.clear();
  none.set(0ms);
  f.loop.run();
  CHECK(calls == 0);
}

TEST_CASE("a deadline that is destroyed is forgotten") {
  DeadlineFixture f;
  int calls = 0;
  {
    Deadline gone(f.deadlines, [&] { ++calls; });
    gone.set(1ms);
  }
  f.loop.run();
  CHECK(calls == 0);
}
