#include "view/holders.h"

#include <boost/json.hpp>

#include "observe/sample_status.h"
#include "observe/status_json.h"
#include "support/catch.h"

namespace taskgate::view {
namespace {

using namespace std::string_literals;
using observe::Status;

Holders holders_after_two_hours(const Status& status) {
  const auto now = status.started + std::chrono::hours(2);
  return holders_of(boost::json::parse(observe::to_json(status, now)));
}

// Sessions of these names, the first the oldest.
Status with_names(const std::vector<std::string>& names) {
  Status status = observe::sample_status();
  status.gate.holders.clear();
  for (const std::string& name : names) {
    const std::uint64_t id = status.gate.holders.size() + 1;
    status.gate.holders.push_back({name, id, 1'700'000'000, gate::Origin::created});
  }
  return status;
}

std::vector<std::string> short_names(const Holders& holders) {
  std::vector<std::string> names;
  for (const HolderRow& row : holders.rows) names.push_back(row.short_name);
  return names;
}

using Names = std::vector<std::string>;

TEST_CASE("A session is told with what made it, since when it is silent, and what it is") {
  const Holders holders = holders_after_two_hours(observe::status_with_classes());
  REQUIRE(holders.rows.size() == 3);
  CHECK(holders.summary == "3 sessions, 2 idle for 15 min or more, 1 ended");
  CHECK(holders.rows[0].name == "kube-coder-a");
  CHECK(holders.rows[0].state == "attached");
  CHECK(holders.rows[0].from == "earlier");
  CHECK(holders.rows[0].idle_seconds == 7200 - 990);
  CHECK(holders.rows[1].state == "ended, second view of a");
  CHECK(holders.rows[1].from == "other door");
  CHECK(holders.rows[2].from == "spawn deploy");
  CHECK(holders.rows[2].request_id == "7d1f");
  CHECK(holders.rows[2].age_seconds == 7180);
  CHECK_FALSE(holders.rows[2].idle_seconds);
}

TEST_CASE("A session that began and spoke before the clock was set back is not younger than now") {
  Status status = with_names({"kube-coder-a"});
  status.gate.holders[0].created = 1'700'100'000;
  status.gate.holders[0].details = tmux::Details{.silent_since = 1'700'100'000};
  const Holders holders = holders_after_two_hours(status);
  CHECK(holders.rows[0].age_seconds == 0);
  CHECK(holders.rows[0].idle_seconds == 0);
}

TEST_CASE("What all names begin with is told once, up to the end of a word") {
  const auto names_and_prefix = [](const Names& names) {
    const Holders holders = holders_after_two_hours(with_names(names));
    return std::pair(holders.prefix, short_names(holders));
  };
  CHECK(names_and_prefix({"kube-coder-docs", "kube-coder-dogs"}) ==
        std::pair("kube-coder-"s, Names{"docs", "dogs"}));
  CHECK(names_and_prefix({"kube-coder-a", "kube-coder-a-b"}) ==
        std::pair("kube-coder-"s, Names{"a", "a-b"}));
  CHECK(names_and_prefix({"kube-coder-a"}) == std::pair(""s, Names{"kube-coder-a"}));
  CHECK(names_and_prefix({"a-x", "a-y"}) == std::pair(""s, Names{"a-x", "a-y"}));
  CHECK(names_and_prefix({"docs", "search"}) == std::pair(""s, Names{"docs", "search"}));
  CHECK(names_and_prefix({"kube-coder-", "kube-coder-"}).second == Names{"coder-", "coder-"});
}

TEST_CASE("A long name is cut in the middle, and known whole") {
  const std::string name = "kube-coder-" + std::string(40, 'x') + "-end";
  const Holders holders = holders_after_two_hours(with_names({name}));
  CHECK(holders.rows[0].name == name);
  CHECK(holders.rows[0].short_name == "kube-coder-xxxxxxx\u2026xxxxxxxxxxxxx-end");
}

TEST_CASE("Idle first, those of whom it is not known come last") {
  Holders holders = holders_after_two_hours(observe::sample_status());
  sort_idle_first(holders);
  CHECK(short_names(holders) == Names{"b", "a", "c"});
}

TEST_CASE("By origin, each group says how many it has") {
  Status status = observe::status_with_classes();
  status.gate.holders.push_back({"kube-coder-d", 4, 1'700'000'030, gate::Origin::inherited});
  Holders holders = holders_after_two_hours(status);
  group_by_origin(holders);
  CHECK(short_names(holders) == Names{"a", "d", "b", "c"});
  CHECK(holders.rows[0].group == "earlier: 2 sessions, 1 idle for 15 min or more");
  CHECK(holders.rows[1].group.empty());
  CHECK(holders.rows[2].group == "other door: 1 session, 1 idle for 15 min or more, 1 ended");
  CHECK(holders.rows[3].group == "spawn: 1 session");
}

TEST_CASE("While the count is unknown those of the last count are shown as such") {
  Status status = observe::unknown_status();
  CHECK(holders_after_two_hours(status).none == "Not known.");
  status.gate.last_holders = observe::sample_status().gate.holders;
  status.gate.signal_age = std::chrono::seconds(90);
  const Holders holders = holders_after_two_hours(status);
  CHECK(holders.are_old);
  CHECK(holders.rows.size() == 3);
  CHECK(holders.as_of == "As they were when they were last counted, 1 min ago.");
  status.gate.last_holders.clear();
  CHECK(holders_after_two_hours(status).as_of ==
        "None was there when they were last counted, 1 min ago.");
}

TEST_CASE("Who is idle for longest is named, as many as asked for") {
  const Holders holders = holders_after_two_hours(observe::sample_status());
  CHECK(longest_idle(holders, 1) == "b (1 h 58 min, ended, second view of a)");
  CHECK(longest_idle(holders_after_two_hours(with_names({"kube-coder-a"})), 3).empty());
}

}  // namespace
}  // namespace taskgate::view
