#include "net/inbox.h"

#include <memory>
#include <optional>
#include <thread>

#include "support/catch.h"

namespace taskgate::net {
namespace {

// As the gate's own: another thread may not touch it.
struct InboxFixture {
  asio::io_context loop{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE};
  std::optional<Inbox> inbox{std::in_place, loop};
  std::vector<int> done;
};

}  // namespace

TEST_CASE("what another thread puts into the inbox is done by the loop, in its order") {
  InboxFixture f;
  std::thread([&f] {
    f.inbox->put([&f] { f.done.push_back(1); });
    f.inbox->put([&f] { f.done.push_back(2); });
  }).join();
  CHECK(f.done.empty());
  CHECK(f.loop.poll() == 1);
  CHECK(f.done == std::vector{1, 2});
  CHECK(f.loop.poll() == 0);
}

TEST_CASE("the inbox wakes a loop that waits, however often it is emptied") {
  constexpr int kEach = 1000;
  InboxFixture f;
  const auto put_all = [&f] {
    for (int i = 0; i < kEach; ++i) {
      f.inbox->put([&f] { f.done.push_back(0); });
    }
  };
  std::thread one(put_all);
  std::thread other(put_all);
  while (f.done.size() < 2 * kEach) f.loop.run_one();
  one.join();
  other.join();
  CHECK(f.loop.poll() == 0);
}

TEST_CASE("what is done may put something into the inbox itself") {
  InboxFixture f;
  f.inbox->put([&f] {
    f.done.push_back(1);
    f.inbox->put([&f] { f.done.push_back(2); });
  });
  f.loop.run_one();
  CHECK(f.done == std::vector{1});
  f.loop.run_one();
  CHECK(f.done == std::vector{1, 2});
}

TEST_CASE("what the loop has not come to is destroyed with the inbox") {
  InboxFixture f;
  const auto kept = std::make_shared<int>(0);
  f.inbox->put([kept] { ++*kept; });
  f.inbox.reset();
  CHECK(kept.use_count() == 1);
  f.loop.run();
  CHECK(*kept == 0);
}

}  // namespace taskgate::net
