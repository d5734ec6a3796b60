#include "gate/retry_after.h"

#include <set>

#include "support/catch.h"

using namespace taskgate::gate;

TEST_CASE("Retry-After never points before the end of the window and is at least a second") {
  for (const Decision decision : kDecisions) {
    for (const bool live : {false, true}) {
      for (std::uint32_t draw = 0; draw < 1000; ++draw) {
        const RetryAdvice advice = retry_advice(decision, live, draw);
        REQUIRE(advice.window_s >= 1);
        REQUIRE(advice.retry_after_s >= advice.window_s);
        REQUIRE(advice.retry_after_s <= 2 * advice.window_s);
      }
    }
  }
}

TEST_CASE("the clients of a burst are told different times") {
  std::set<int> told;
  for (std::uint32_t draw = 0; draw < 100; ++draw) {
    told.insert(retry_advice(Decision::rejected, true, draw).retry_after_s);
  }
  CHECK(told.size() == 11);
}

TEST_CASE("a slot that is only promised comes free sooner than one that a session holds") {
  CHECK(retry_advice(Decision::rejected, false, 0).window_s <
        retry_advice(Decision::rejected, true, 0).window_s);
}
