#include "observe/observed.h"

#include "support/catch.h"

namespace taskgate::observe {
namespace {

using namespace std::chrono_literals;
using gate::RefusalReason;
using Rows = std::vector<ObservedRefusals>;

const TimePoint kStart{3'000'000s};  // the beginning of a step

TEST_CASE("what would have been refused is told by route and reason, most of the day first") {
  Observed observed;
  observed.add("task", RefusalReason::full, kStart);
  observed.add("webhook", RefusalReason::full, kStart);
  observed.add("webhook", RefusalReason::full, kStart + 1s);
  observed.add("webhook", RefusalReason::promised, kStart + 1s);
  CHECK(observed.rows(kStart + 2s) == Rows{{"webhook", RefusalReason::full, 2, 2},
                                           {"task", RefusalReason::full, 1, 1},
                                           {"webhook", RefusalReason::promised, 1, 1}});
}

TEST_CASE("the hour forgets before the day does, and the day forgets too") {
  Observed observed;
  observed.add("task", RefusalReason::full, kStart);
  CHECK(observed.rows(kStart + 59min) == Rows{{"task", RefusalReason::full, 1, 1}});
  CHECK(observed.rows(kStart + 60min) == Rows{{"task", RefusalReason::full, 0, 1}});
  CHECK(observed.rows(kStart + 24h - 1s) == Rows{{"task", RefusalReason::full, 0, 1}});
  CHECK(observed.rows(kStart + 24h).empty());
}

TEST_CASE("a day later the same place of the ring counts anew") {
  Observed observed;
  for (int i = 0; i < 3; ++i) observed.add("task", RefusalReason::full, kStart);
  observed.add("task", RefusalReason::full, kStart + 24h);
  CHECK(observed.rows(kStart + 24h) == Rows{{"task", RefusalReason::full, 1, 1}});
}

}  // namespace
}  // namespace taskgate::observe
