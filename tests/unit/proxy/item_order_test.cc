// What changes an item and what launches it, kept apart.
#include "proxy/item_order.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <list>
#include <optional>

#include "support/catch.h"

using namespace taskgate;
using namespace taskgate::proxy;

namespace {

using Touch = ItemOrder::Touch;
using Hold = std::optional<ItemOrder::Hold>;  // unset: it waits

struct World {
  explicit World(Duration patience = std::chrono::minutes(1)) : order(loop, patience) {}

  // One that comes now; it holds its item until it is reset.
  Hold& enter(Touch touch, const std::string& item = "/ab") {
    Hold& hold = holds.emplace_back();
    asio::co_spawn(loop, wait(hold, item, touch), asio::detached);
    run_ready();
    return hold;
  }
  Task<> wait(Hold& hold, std::string item, Touch touch) {
    ItemOrder::Hold entered = co_await order.enter(std::move(item), touch);
    hold.emplace(std::move(entered));
  }
  void end(Hold& hold) {
    hold.reset();
    run_ready();
  }
  void run_ready() {
    loop.restart();
    while (loop.poll_one() > 0) continue;
  }
  void run_until_entered(const Hold& hold) {
    loop.restart();
    while (!hold) loop.run_one();
  }

  asio::io_context loop{1};
  ItemOrder order;
  std::list<Hold> holds;
};

}  // namespace

TEST_CASE("launches of an item run together, and so do changes, but not both") {
  for (const auto& [first, second] :
       {std::pair(Touch::launch, Touch::change), std::pair(Touch::change, Touch::launch)}) {
    World world;
    Hold& one = world.enter(first);
    Hold& same = world.enter(first);
    CHECK(one);
    CHECK(same);
    Hold& waits = world.enter(second);
    CHECK_FALSE(waits);
    CHECK(world.enter(second, "/cd"));
    world.end(one);
    CHECK_FALSE(waits);
    world.end(same);
    CHECK(waits);
  }
}

// Else a change that waits could go on in the midst of launches that had been asked about a moment
// before, as many as came.
TEST_CASE("a launch waits behind a change that waits") {
  World world;
  Hold& first = world.enter(Touch::launch);
  Hold& change = world.enter(Touch::change);
  Hold& second = world.enter(Touch::launch);
  CHECK_FALSE(second);
  CHECK(world.enter(Touch::launch, "/cd"));
  world.end(first);
  CHECK(change);
  CHECK_FALSE(second);
  world.end(change);
  CHECK(second);
}

TEST_CASE("a change that waited in vain goes on, and overtakes the launches before it") {
  World world(Duration::zero());
  Hold& launch = world.enter(Touch::launch);
  Hold& other = world.enter(Touch::launch, "/cd");
  REQUIRE(launch);
  CHECK_FALSE(launch->is_overtaken());
  Hold& change = world.enter(Touch::change);
  world.run_until_entered(change);
  CHECK(*change);
  CHECK(launch->is_overtaken());
  CHECK_FALSE(other->is_overtaken());
}

TEST_CASE("a launch that waited in vain holds nothing") {
  World world(Duration::zero());
  Hold& change = world.enter(Touch::change);
  REQUIRE(change);
  Hold& launch = world.enter(Touch::launch);
  world.run_until_entered(launch);
  CHECK_FALSE(*launch);
}
