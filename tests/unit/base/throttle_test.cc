#include "base/throttle.h"

#include "support/catch.h"

using namespace taskgate;
using std::chrono::milliseconds;

namespace {

TimePoint at(int millisecond) {
  return TimePoint{} + std::chrono::hours(1) + milliseconds(millisecond);
}

}  // namespace

TEST_CASE("a burst passes, and then one in each stretch of time") {
  Throttle throttle(3, milliseconds(100));
  for (int i = 0; i < 3; ++i) CHECK(throttle.pass(at(0)) == 0U);
  CHECK_FALSE(throttle.pass(at(0)));
  CHECK_FALSE(throttle.pass(at(99)));
  CHECK(throttle.pass(at(100)) == 2U);
  CHECK_FALSE(throttle.pass(at(100)));
  CHECK(throttle.pass(at(200)) == 1U);
}

TEST_CASE("what passes and what is told as held back is all there was") {
  Throttle throttle(10, milliseconds(7));
  std::uint64_t counted = 0;
  for (int i = 0; i < 100'000; ++i) {
    if (const auto held_back = throttle.pass(at(i / 100))) counted += 1 + *held_back;
  }
  const auto rest = throttle.pass(at(1'000'000));
  REQUIRE(rest);
  CHECK(counted + *rest == 100'000);
}

TEST_CASE("a quiet time gives the burst back, and no more than that") {
  Throttle throttle(2, milliseconds(100));
  CHECK(throttle.pass(at(0)));
  CHECK(throttle.pass(at(0)));
  CHECK(throttle.pass(at(60'000)));
  CHECK(throttle.pass(at(60'000)));
  CHECK_FALSE(throttle.pass(at(60'000)));
}

TEST_CASE("without a burst there is one in a stretch of time") {
  Throttle throttle(1, milliseconds(100));
  CHECK(throttle.pass(at(0)));
  CHECK_FALSE(throttle.pass(at(99)));
  CHECK(throttle.pass(at(100)));
}
