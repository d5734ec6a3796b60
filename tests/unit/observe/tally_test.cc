#include "observe/tally.h"

#include "support/catch.h"

namespace taskgate::observe {
namespace {

using std::chrono::seconds;

TimePoint at(int second) {
  return TimePoint{} + std::chrono::hours(1) + seconds(second);
}

Outcome create(gate::Decision decision, std::optional<gate::RefusalReason> reason = {}) {
  Outcome outcome;
  outcome.verdict.emplace();
  outcome.verdict->decision = decision;
  outcome.verdict->reason = reason;
  return outcome;
}

TEST_CASE("Requests and decisions are counted from the start on") {
  Tally tally;
  tally.record(Outcome{}, at(0));
  tally.record(create(gate::Decision::admitted), at(0));
  tally.record(create(gate::Decision::admitted_unknown), at(1));
  tally.record(create(gate::Decision::rejected, gate::RefusalReason::full), at(200));
  tally.record(create(gate::Decision::withdrawn), at(400));
  CHECK(tally.totals().requests == 5);
  CHECK(tally.totals().admitted == 2);
  CHECK(tally.totals().refused == 1);
  CHECK(tally.totals().withdrawn == 1);
}

TEST_CASE("The last minute forgets what is older, also when nothing came since") {
  Tally tally;
  CHECK(tally.last_minute(at(0)).requests == 0);
  tally.record(create(gate::Decision::admitted), at(0));
  tally.record(Outcome{}, at(30));
  CHECK(tally.last_minute(at(30)).requests == 2);
  CHECK(tally.last_minute(at(54)).admitted == 1);
  CHECK(tally.last_minute(at(60)).admitted == 0);
  CHECK(tally.last_minute(at(60)).requests == 1);
  CHECK(tally.last_minute(at(1000)).requests == 0);
  CHECK(tally.totals().requests == 2);
}

TEST_CASE("A step of the minute that comes round again starts from nothing") {
  Tally tally;
  tally.record(Outcome{}, at(0));
  tally.record(Outcome{}, at(60));
  CHECK(tally.last_minute(at(60)).requests == 1);
}

}  // namespace
}  // namespace taskgate::observe
