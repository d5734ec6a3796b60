#include "observe/refusal_sums.h"

#include "support/catch.h"

namespace taskgate::observe {
namespace {

using namespace std::chrono_literals;
using gate::RefusalReason;
using Rows = std::vector<RefusalSum>;
using WallTime = std::chrono::system_clock::time_point;

const TimePoint kBegin{3'000'000s};  // the beginning of a step
const WallTime kWallBegin{1'700'000'000s};

void add(RefusalSums& sums, const RefusalSums::What& what, TimePoint now) {
  sums.add(what, "", now, {});
}

void add_full(RefusalSums& sums, TimePoint now, std::string_view path_id = "") {
  add(sums, {"webhook", path_id, "default", RefusalReason::full}, now);
}

RefusalSum full(std::uint64_t last_hour, std::uint64_t last_day) {
  return {"webhook", "default", RefusalReason::full, last_hour, last_day};
}

TEST_CASE("refusals are summed up by route, path id, class and reason, most first") {
  RefusalSums sums(1h);
  add(sums, {"task", "", "default", RefusalReason::full}, kBegin);
  add(sums, {"webhook", "a", "default", RefusalReason::full}, kBegin);
  add(sums, {"webhook", "a", "default", RefusalReason::full}, kBegin + 1s);
  add(sums, {"webhook", "a", "default", RefusalReason::promised}, kBegin + 1s);
  add(sums, {"webhook", "a", "storms", RefusalReason::class_full}, kBegin + 1s);
  add(sums, {"webhook", "b", "default", RefusalReason::full}, kBegin + 1s);
  CHECK(sums.rows(kBegin + 2s) == Rows{{"webhook", "default", RefusalReason::full, 2, 2, "a"},
                                       {"task", "default", RefusalReason::full, 1, 1},
                                       {"webhook", "default", RefusalReason::promised, 1, 1, "a"},
                                       {"webhook", "storms", RefusalReason::class_full, 1, 1, "a"},
                                       {"webhook", "default", RefusalReason::full, 1, 1, "b"}});
}

TEST_CASE("a sum has the request id and the time of its last refusal, if that had an id") {
  RefusalSums sums(1h);
  const RefusalSums::What what{"task", "", "default", RefusalReason::full};
  sums.add(what, "first", kBegin, kWallBegin);
  sums.add(what, "second", kBegin + 1s, kWallBegin + 1s);
  CHECK(sums.rows(kBegin + 2s) ==
        Rows{{"task", "default", RefusalReason::full, 2, 2, "", "second", kWallBegin + 1s}});
  sums.add(what, "", kBegin + 2s, kWallBegin + 2s);
  CHECK(sums.rows(kBegin + 2s).at(0).last_request_id.empty());
}

TEST_CASE("the hour forgets before the day does, and the day forgets too") {
  RefusalSums sums(24h);
  add_full(sums, kBegin);
  CHECK(sums.rows(kBegin + 59min) == Rows{full(1, 1)});
  CHECK(sums.rows(kBegin + 60min) == Rows{full(0, 1)});
  CHECK(sums.rows(kBegin + 24h - 1s) == Rows{full(0, 1)});
  CHECK(sums.rows(kBegin + 24h).empty());
}

TEST_CASE("what remembers an hour forgets the step that is an hour old") {
  RefusalSums sums(1h);
  add_full(sums, kBegin);
  add_full(sums, kBegin + 55min);
  CHECK(sums.rows(kBegin + 59min) == Rows{full(2, 2)});
  CHECK(sums.rows(kBegin + 60min) == Rows{full(1, 1)});
  // The same place of the ring counts anew.
  add_full(sums, kBegin + 60min);
  CHECK(sums.rows(kBegin + 60min) == Rows{full(2, 2)});
  CHECK(sums.rows(kBegin + 3h).empty());
}

TEST_CASE("path ids are bounded, and those that are too many count for their route") {
  RefusalSums sums(1h);
  for (int i = 0; i < 10'000; ++i) add_full(sums, kBegin, "id" + std::to_string(i));
  const Rows rows = sums.rows(kBegin);
  CHECK(rows.size() == RefusalSums::kMost + 1);
  CHECK(rows.at(0) == full(10'000 - RefusalSums::kMost, 10'000 - RefusalSums::kMost));
  // One that has a sum goes on with it, and a route without a sum gets its own.
  add_full(sums, kBegin, "id0");
  add(sums, {"task", "", "default", RefusalReason::full}, kBegin);
  CHECK(sums.rows(kBegin).at(1) ==
        RefusalSum{"webhook", "default", RefusalReason::full, 2, 2, "id0"});
  CHECK(sums.rows(kBegin).size() == RefusalSums::kMost + 2);
}

TEST_CASE("what is forgotten makes room for others") {
  RefusalSums sums(1h);
  for (std::size_t i = 0; i < RefusalSums::kMost; ++i) {
    add_full(sums, kBegin, "old" + std::to_string(i));
  }
  add_full(sums, kBegin + 60min, "new");
  CHECK(sums.rows(kBegin + 60min) ==
        Rows{{"webhook", "default", RefusalReason::full, 1, 1, "new"}});
}

}  // namespace
}  // namespace taskgate::observe
