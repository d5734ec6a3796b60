#include "view/view.h"

#include <boost/json.hpp>

#include "observe/sample_status.h"
#include "observe/status_json.h"
#include "support/catch.h"

namespace taskgate::view {

// How Catch shows a difference.
std::ostream& operator<<(std::ostream& out, Cell cell) {
  return out << name_of(cell);
}

namespace {

using observe::Status;

View view_of(const Status& status, std::size_t cells = 64) {
  const auto now = status.started + std::chrono::seconds(100);
  return make_view(boost::json::parse(observe::to_json(status, now)), cells);
}

std::vector<std::string> titles(const View& view) {
  std::vector<std::string> all;
  for (const Alarm& alarm : view.alarms) all.push_back(alarm.title);
  return all;
}

Status with(void (*change)(Status&)) {
  Status status = observe::sample_status();
  change(status);
  return status;
}

using Titles = std::vector<std::string>;

TEST_CASE("A gate with free slots is open and alarms nobody") {
  const View view = view_of(observe::sample_status());
  CHECK(view.state == "open");
  CHECK(view.level == Level::good);
  CHECK(titles(view).empty());
  CHECK(view.count == "3 / 12");
  CHECK(view.slots == "5 free, 4 promised to creates, 5 waiting for a decision");
  CHECK(view.uptime_seconds == 100);
}

TEST_CASE("Each trouble has a word, a title and a level") {
  struct Row {
    void (*change)(Status&);
    std::string state;
    Level level;
    Titles titles;
  };
  using gate::SignalState;
  const Row row = GENERATE(values<Row>({
      {[](Status& s) { s.gate.live = 12; }, "full", Level::warning, {}},
      {[](Status& s) { s.gate.live = 13; },
       "over the limit",
       Level::warning,
       {"More tasks are live than the limit allows"}},
      {[](Status& s) { s = observe::unknown_status(); },
       "unknown",
       Level::bad,
       {"The sessions cannot be counted: permission_denied"}},
      {[](Status& s) {
         s = observe::unknown_status();
         s.gate.signal = SignalState::blind;
         s.gate.signal_fault = "blind";
       },
       "blind",
       Level::bad,
       {"The gate looks at the wrong tmux socket"}},
      {[](Status& s) {
         s = observe::unknown_status();
         s.gate.signal = SignalState::none;
         s.gate.signal_fault.clear();
       },
       "not counted",
       Level::bad,
       {"The sessions were not counted yet"}},
      {[](Status& s) {
         s.gate.signal = SignalState::held;
         s.gate.signal_fault = "timeout";
       },
       "held",
       Level::warning,
       {"The count is the last good one: timeout"}},
      {[](Status& s) { s.upstream_health.answers = false; },
       "upstream fails",
       Level::bad,
       {"The upstream does not answer: connect_refused"}},
      {[](Status& s) {
         s.gate.observing = true;
         s.gate.live = 13;
       },
       "observing",
       Level::warning,
       {"Nothing is enforced: mode is observe"}},
      {[](Status& s) { s.gate.match_wrong = true; },
       "open",
       Level::good,
       {"tmux.match seems to be wrong"}},
      {[](Status& s) { s.draining = true; }, "draining", Level::warning, {"The gate is draining"}},
      {[](Status& s) { s.draining = s.drained = true; },
       "drained",
       Level::warning,
       {"The gate is drained"}},
      {[](Status& s) { s.listening = false; },
       "not listening",
       Level::bad,
       {"The gate does not listen"}},
      {[](Status& s) { s.config_last_reload_success = false; },
       "open",
       Level::good,
       {"The last reload of the configuration failed"}},
      {[](Status& s) { s.configured = s.config_last_reload_success = false; },
       "unconfigured",
       Level::bad,
       {"The configuration is faulty"}},
  }));
  const View view = view_of(with(row.change));
  CHECK(view.state == row.state);
  CHECK(view.level == row.level);
  CHECK(titles(view) == row.titles);
}

TEST_CASE("The worst alarm comes first") {
  Status status = observe::unknown_status();
  status.draining = true;
  status.config_last_reload_success = false;
  status.config_error = "config.yaml:1:8: limit: \"x\" is no number";
  const View view = view_of(status);
  CHECK(titles(view) == Titles{"The sessions cannot be counted: permission_denied",
                               "The gate is draining",
                               "The last reload of the configuration failed"});
  CHECK(view.alarms[0].text ==
        "/tmp/tmux-1000/default: permission denied. Creates are decided without a count, as "
        "tmux.on_unknown says.");
  CHECK(view.alarms[2].text ==
        "Generation 4 stays in use. config.yaml:1:8: limit: \"x\" is no number");
}

TEST_CASE("What is not known is shown as a question, never as zero or nobody") {
  const View view = view_of(observe::unknown_status());
  CHECK(view.count == "? / 12");
  CHECK(view.slots.starts_with("free slots not known"));
  CHECK_FALSE(view.live);
  CHECK(view.meter == std::vector<Cell>(12, Cell::unknown));
  CHECK(view.no_holders == "Not known.");
  CHECK(view.figures[0].value == "unknown, never counted");
}

TEST_CASE("The meter shows each slot, live ones first") {
  using enum Cell;
  Status status = observe::sample_status();
  status.gate.limit = 5;
  status.gate.live = 2;
  status.gate.in_flight = 1;
  status.gate.settling = status.gate.abandoned = 0;
  CHECK(view_of(status).meter == std::vector{live, live, reserved, free, free});
  status.gate.in_flight = 9;
  CHECK(view_of(status).meter == std::vector{live, live, reserved, reserved, reserved});
  status.gate.live = 6;
  CHECK(view_of(status).meter == std::vector{live, live, live, live, live, over});
  status.gate.limit = 0;
  status.gate.live = 0;
  CHECK(view_of(status).meter.empty());
}

TEST_CASE("A gate that drains has no free slot to show") {
  using enum Cell;
  Status status = observe::sample_status();
  status.draining = true;
  status.gate.open = false;
  status.gate.limit = 5;
  status.gate.live = 2;
  status.gate.in_flight = 1;
  status.gate.settling = status.gate.abandoned = status.gate.waiting = 0;
  const View view = view_of(status);
  CHECK(view.meter == std::vector{live, live, reserved, closed, closed});
  CHECK(view.slots == "no slot free while it drains, 1 promised to creates");
}

TEST_CASE("The last failure of the upstream is told with its age and what to check") {
  Status status = observe::sample_status();
  status.upstream_health.answers = false;
  status.last_minute.upstream_failures = 7;
  const View view = view_of(status);
  CHECK(view.alarms.at(0).text ==
        "The last request got no answer, 1 min ago: nothing listens there");
  CHECK(view.facts.at(1).value == "127.0.0.1:6080, does not answer, 7 failed in the last minute");
}

TEST_CASE("A meter of many slots has few cells, and one live task is still seen") {
  Status status = observe::sample_status();
  status.gate.limit = 1000;
  status.gate.live = 1;
  status.gate.in_flight = status.gate.settling = status.gate.abandoned = 0;
  const View view = view_of(status, 10);
  REQUIRE(view.meter.size() == 10);
  CHECK(view.meter[0] == Cell::live);
  CHECK(view.meter[1] == Cell::free);
}

TEST_CASE("Holders and refusals are rows in words") {
  Status status = observe::sample_status();
  status.refusals = {observe::sample_refusal(status.started + std::chrono::seconds(40), "spawn",
                                             gate::RefusalReason::full, 12),
                     observe::sample_refusal(status.started, "webhook",
                                             gate::RefusalReason::unknown, std::nullopt)};
  const View view = view_of(status);
  REQUIRE(view.holders.size() == 3);
  CHECK(view.holders[0].name == "kube-coder-a");
  CHECK(view.holders[0].origin == "earlier");
  CHECK(view.holders[1].origin == "other door");
  CHECK(view.holders[2].origin == "gate");
  CHECK(view.holders[2].age_seconds == 80);
  CHECK(view.holders[0].state == "attached, idle since 2023-11-14 22:29:50 UTC");
  CHECK(view.holders[1].state ==
        "ended, second view of kube-coder-a, idle since 2023-11-14 22:15:00 UTC");
  CHECK(view.holders[2].state.empty());
  REQUIRE(view.refusals.size() == 2);
  CHECK(view.refusals[0].age_seconds == 60);
  CHECK(view.refusals[0].route == "spawn");
  CHECK(view.refusals[0].reason == "no free slot");
  CHECK(view.refusals[0].count == "12 of 12");
  CHECK(view.refusals[1].reason == "count unknown");
  CHECK(view.refusals[1].count == "? of 12");
}

TEST_CASE("Observing, the banner sums up what would have been refused, and rows say which") {
  Status status = observe::sample_status();
  status.gate.observing = true;
  status.observed = {{"webhook", "default", gate::RefusalReason::full, 3, 40},
                     {"terminal", "default", gate::RefusalReason::promised, 1, 2}};
  const View view = view_of(status);
  REQUIRE(view.alarms.size() == 1);
  CHECK(view.alarms[0].text ==
        "With mode: enforce 4 creates of the last hour and 42 of the last day would have been "
        "refused or kept waiting.");
  REQUIRE(view.observed.size() == 2);
  CHECK(view.observed[0].route == "webhook");
  CHECK(view.observed[0].reason == "no free slot");
  CHECK(view.observed[1].last_day == 2);
}

TEST_CASE("Of many refusals the newest are shown") {
  Status status = observe::sample_status();
  for (int i = 0; i < 20; ++i) {
    status.refusals.push_back(observe::sample_refusal(status.started, "route-" + std::to_string(i),
                                                      gate::RefusalReason::full, 12));
  }
  const View view = view_of(status);
  REQUIRE(view.refusals.size() == 10);
  CHECK(view.refusals[0].route == "route-0");
}

TEST_CASE("A document of another version of the gate is shown as far as it goes") {
  const View view =
      make_view(boost::json::parse(R"({"live": "x", "signal": 7, "holders": {}})"), 8);
  CHECK(view.count == "? / ?");
  CHECK(view.holders.empty());
  CHECK(view.figures[0].value == "not known, never counted");
}

TEST_CASE("Ages are told in at most two units") {
  const auto [seconds, words] = GENERATE(table<int, std::string>({{-3, "0 s"},
                                                                  {0, "0 s"},
                                                                  {59, "59 s"},
                                                                  {60, "1 min"},
                                                                  {3599, "59 min"},
                                                                  {3600, "1 h"},
                                                                  {7500, "2 h 5 min"},
                                                                  {86400, "1 d"},
                                                                  {97200, "1 d 3 h"}}));
  CHECK(age_in_words(seconds) == words);
}

}  // namespace
}  // namespace taskgate::view
