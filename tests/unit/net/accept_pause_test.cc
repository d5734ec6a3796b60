#include "net/accept_pause.h"

#include <boost/asio/co_spawn.hpp>
#include <exception>

#include "support/catch.h"
#include "support/deadline.h"

using namespace taskgate;
using namespace taskgate::net;

namespace {

// Waits for the end of a pause.
struct PauseFixture {
  PauseFixture() {
    asio::co_spawn(loop, rest(), [this](std::exception_ptr) { is_over = true; });
    loop.poll();
  }
  Task<> rest() { co_await pause.wait(); }

  asio::io_context loop{1};
  AcceptPause pause{loop};
  bool is_over = false;
};

}  // namespace

TEST_CASE("a pause is due where the next accept would fail too, not where one client has left") {
  CHECK(AcceptPause::is_due(asio::error::no_descriptors));
  CHECK(AcceptPause::is_due(asio::error::no_memory));
  CHECK_FALSE(AcceptPause::is_due(asio::error::connection_aborted));
  CHECK_FALSE(AcceptPause::is_due({}));
}

TEST_CASE("a pause ends by itself, and at once when it is cancelled") {
  PauseFixture f;
  SECTION("by itself") {
    f.loop.run_for(test::kPatience);
  }
  SECTION("cancelled") {
    f.pause.cancel();
    f.loop.poll();
  }
  CHECK(f.is_over);
}
