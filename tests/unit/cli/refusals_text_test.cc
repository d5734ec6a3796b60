#include "cli/refusals_text.h"

#include <boost/json.hpp>

#include "observe/sample_status.h"
#include "observe/status_json.h"
#include "support/catch.h"
#include "support/text.h"

namespace taskgate::cli {
namespace {

using gate::RefusalReason;
using observe::Status;
using test::has;

std::string table_of(const Status& status, std::chrono::seconds uptime = std::chrono::hours(2)) {
  const std::string document = observe::to_json(status, status.started + uptime);
  return refusals_text(boost::json::parse(document), {});
}

TEST_CASE("Whom it refused is a table, most first, with the last request of each") {
  Status status = observe::status_with_classes();
  const auto last = status.started + std::chrono::seconds(61);
  status.refused_last_hour = {
      {"webhook", "storms", RefusalReason::class_full, 204, 204, "deploy", "7d1f", last},
      {"task", "people", RefusalReason::full, 3, 3, "", "id-2", status.started}};
  CHECK(table_of(status) == R"(Creates refused in the last hour: 207, most first

COUNT  ROUTE    ID      CLASS   REASON      LAST (UTC)  REQUEST
204    webhook  deploy  storms  class_full  22:14:21    7d1f
3      task     -       people  full        22:13:20    id-2

REQUEST is the id of the last one of its row. Its answer has it too
(X-Request-Id), its line in the log, unless a storm left that out, and taskgate
status while it is one of the last ten.
)");
}

TEST_CASE(
    "Where no classes are configured none is told, though each create counts as the default one") {
  Status status = observe::sample_status();
  status.refused_last_hour = {
      {"webhook", "default", RefusalReason::full, 2, 2, "deploy", "7d1f", status.started}};
  CHECK(has(table_of(status), R"(
COUNT  ROUTE    ID      REASON  LAST (UTC)  REQUEST
2      webhook  deploy  full    22:13:20    7d1f
)"));
}

TEST_CASE("Of more sums than are told the count is the least that it can be") {
  Status status = observe::sample_status();
  status.refused_last_hour.assign(60, {"task", "default", RefusalReason::full, 2, 2});
  CHECK(has(table_of(status), "in the last hour: at least 100, most first\n"));
}

TEST_CASE("A gate that began lately tells of its own time") {
  Status status = observe::sample_status();
  CHECK(has(table_of(status, std::chrono::minutes(12)),
            "No create was refused since the gate's start, 12 min ago.\n"));
  status.refused_last_hour = {{"task", "default", RefusalReason::full, 1, 1}};
  CHECK(has(table_of(status, std::chrono::minutes(12)),
            "Creates refused since the gate's start, 12 min ago: 1, most first\n"));
}

TEST_CASE("Where nobody was refused it says so, and where else to look") {
  Status status = observe::sample_status();
  CHECK(table_of(status) ==
        "No create was refused in the last hour.\n"
        "Older ones are in the log: event admission, by decision, route, id and "
        "class.\n");
  status.gate.observing = true;
  status.observed = {{"task", "default", RefusalReason::full, 3, 40},
                     {"webhook", "default", RefusalReason::full, 4, 4}};
  CHECK(has(table_of(status), "mode is observe): 7 would have been"));
}

TEST_CASE("A gate that tells of no sums is not taken for one that refused nobody") {
  CHECK(refusals_text(boost::json::parse(R"({"live": 1})"), {}) ==
        "This gate does not sum up whom it refused: it is older than this command.\n");
}

TEST_CASE("What clients choose cannot write to the terminal") {
  Status status = observe::sample_status();
  status.refused_last_hour = {{"task", "default", RefusalReason::full, 1, 1, "a\x1b[2Jb\n"}};
  CHECK(has(table_of(status), " a\\x1b[2Jb\\x0a "));
}

}  // namespace
}  // namespace taskgate::cli
