#include "observe/observed.h"

#include "support/catch.h"

namespace taskgate::observe {
namespace {

using namespace std::chrono_literals;
using gate::RefusalReason;
using Rows = std::vector<ObservedRefusals>;

const TimePoint kStart{3'000'000s};  // the beginning of a step

TEST_CASE(
    "what would have been refused is told by route, class and reason, most of the day first") {
  Observed observed;
  observed.add("task", "default", RefusalReason::full, kStart);
  observed.add("webhook", "default", RefusalReason::full, kStart);
  observed.add("webhook", "default", RefusalReason::full, kStart + 1s);
  observed.add("webhook", "default", RefusalReason::promised, kStart + 1s);
  observed.add("webhook", "storms", RefusalReason::class_full, kStart + 1s);
  CHECK(observed.rows(kStart + 2s) == Rows{{"webhook", "default", RefusalReason::full, 2, 2},
                                           {"task", "default", RefusalReason::full, 1, 1},
                                           {"webhook", "default", RefusalReason::promised, 1, 1},
                                           {"webhook", "storms", RefusalReason::class_full, 1, 1}});
}

TEST_CASE("the hour forgets before the day does, and the day forgets too") {
  Observed observed;
  observed.add("task", "default", RefusalReason::full, kStart);
  CHECK(observed.rows(kStart + 59min) == Rows{{"task", "default", RefusalReason::full, 1, 1}});
  CHECK(observed.rows(kStart + 60min) == Rows{{"task", "default", RefusalReason::full, 0, 1}});
  CHECK(observed.rows(kStart + 24h - 1s) == Rows{{"task", "default", RefusalReason::full, 0, 1}});
  CHECK(observed.rows(kStart + 24h).empty());
}

TEST_CASE("a day later the same place of the ring counts anew") {
  Observed observed;
  for (int i = 0; i < 3; ++i) observed.add("task", "default", RefusalReason::full, kStart);
  observed.add("task", "default", RefusalReason::full, kStart + 24h);
  CHECK(observed.rows(kStart + 24h) == Rows{{"task", "default", RefusalReason::full, 1, 1}});
}

}  // namespace
}  // namespace taskgate::observe
