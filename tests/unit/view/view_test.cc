#include "view/view.h"

#include <boost/json.hpp>

#include "observe/sample_status.h"
#include "observe/status_json.h"
#include "support/catch.h"
#include "unit/view/shown_cell.h"

namespace taskgate::view {
namespace {

using observe::Status;

View view_of(const Status& status, std::size_t cells = 64) {
  const auto now = status.started + std::chrono::seconds(100);
  return make_view(boost::json::parse(observe::to_json(status, now)), cells);
}

View view_after_two_hours(const Status& status) {
  const auto now = status.started + std::chrono::hours(2);
  return make_view(boost::json::parse(observe::to_json(status, now)), 64);
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
       "open",
       Level::good,
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

// It said that tmux.on_unknown decides, while every create passed.
TEST_CASE("While the gate only observes, creates without a count are said to pass") {
  Status status = observe::unknown_status();
  status.gate.observing = true;
  const View view = view_of(status);
  CHECK(titles(view) == Titles{"The sessions cannot be counted: permission_denied",
                               "Nothing is enforced: mode is observe"});
  CHECK(view.alarms[0].text ==
        "/tmp/tmux-1000/default: permission denied. Creates pass without a count.");
}

TEST_CASE("What is not known is shown as a question, never as zero or nobody") {
  const View view = view_of(observe::unknown_status());
  CHECK(view.count == "? / 12");
  CHECK(view.slots.starts_with("free slots not known"));
  CHECK_FALSE(view.live);
  CHECK(view.meter == std::vector<Cell>(12, Cell::unknown));
  CHECK(view.holders.none == "Not known.");
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
  CHECK(view.alarms.at(0).runbook == "TaskgateUpstreamFailing");
  CHECK(view.figures.at(1).value ==
        "127.0.0.1:6080, does not answer, 7 failed in the last minute, 4 waiting to connect");
}

TEST_CASE("The upstream has a state of its own beside the gate's") {
  struct Row {
    std::optional<bool> answers;
    int failures;
    std::optional<Level> level;
    std::string words;
  };
  const Row row = GENERATE(values<Row>({
      {std::nullopt, 0, std::nullopt, "upstream not asked yet"},
      {true, 0, Level::good, "upstream answers"},
      {true, 1, Level::warning, "upstream: 1 failure in a minute"},
      {true, 3, Level::warning, "upstream: 3 failures in a minute"},
      {false, 3, Level::bad, "upstream: connect_refused"},
  }));
  Status status = observe::sample_status();
  status.upstream_health.answers = row.answers;
  status.last_minute.upstream_failures = row.failures;
  const View view = view_of(status);
  CHECK(view.upstream.level == row.level);
  CHECK(view.upstream.words == row.words);
}

TEST_CASE("A gate is named by its workspace, or else by its pod") {
  Status status = observe::sample_status();
  View view = view_of(status);
  CHECK(view.name == "alice");
  CHECK(view.identity == "workspace alice, pod ws-alice-0, namespace coders");
  status.identity = {"ws-alice-0", "coders", ""};
  CHECK(view_of(status).name == "ws-alice-0");
  status.identity = {};
  view = view_of(status);
  CHECK(view.name.empty());
  CHECK(view.identity.empty());
}

TEST_CASE("A full gate says when a slot is expected and who is idle, and an open one does not") {
  Status status = observe::sample_status();
  CHECK(view_of(status).expected.empty());
  status.gate.live = 12;
  status.gate.expected = gate::RetryWindow{180, gate::RetryBasis::recent};
  CHECK(
      view_after_two_hours(status).expected ==
      std::vector<std::string>{
          "A slot should come free in about 3 min, going by how they came free lately.",
          "Idle for longest: b (1 h 58 min, ended, second view of a), a (1 h 43 min, attached)."});
  status.gate.expected = gate::RetryWindow{30, gate::RetryBasis::guess};
  CHECK(view_of(status).expected.at(0) ==
        "When a slot comes free is not known yet. Who is refused is told to come back in 30 s.");
  // The refusal says "about 2 min" of it, and the page said "1 min".
  status.gate.expected = gate::RetryWindow{119, gate::RetryBasis::recent};
  CHECK(view_of(status).expected.at(0).starts_with("A slot should come free in about 2 min, "));
  status.gate.expected = gate::RetryWindow{300, gate::RetryBasis::closed};
  CHECK(view_of(status).expected.at(0) == "The limit is 0: no slot comes free.");
  status.gate.observing = true;
  CHECK(view_of(status).expected.at(0) == "Nobody is refused for it: mode is observe.");
  status.draining = true;
  CHECK(view_of(status).expected.empty());
  CHECK(view_of(status).figures.at(3).value == "a few seconds, while it drains");
}

TEST_CASE("What came since the start is told by route, without those that nobody asked") {
  const View view = view_of(observe::sample_status());
  REQUIRE(view.routes.size() == 1);
  CHECK(view.routes[0].route == "spawn");
  CHECK(view.routes[0].admitted == "20");
  CHECK(view.routes[0].median == "250 ms");
  CHECK(view.routes[0].p99 == "1.5 s");
  CHECK(view.peak == "9 at 2023-11-14 22:14:10 UTC");
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

TEST_CASE("Refusals are rows in words, with what they were told") {
  Status status = observe::sample_status();
  status.refusals = {observe::sample_refusal(status.started + std::chrono::seconds(40), "spawn",
                                             gate::RefusalReason::full, 12),
                     observe::sample_refusal(status.started, "webhook",
                                             gate::RefusalReason::unknown, std::nullopt),
                     // Before the clock was set back.
                     observe::sample_refusal(status.started + std::chrono::hours(1), "spawn",
                                             gate::RefusalReason::full, 12)};
  const View view = view_of(status);
  REQUIRE(view.refusals.size() == 3);
  CHECK(view.refusals[2].age_seconds == 0);
  CHECK(view.refusals[0].age_seconds == 60);
  CHECK(view.refusals[0].route == "spawn");
  CHECK(view.refusals[0].reason == "no free slot");
  CHECK(view.refusals[0].count == "12 of 12");
  CHECK(view.refusals[1].reason == "count unknown");
  CHECK(view.refusals[1].count == "? of 12");
  CHECK(view.refusals[1].told == "23 s");
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
  CHECK(view.holders.rows.empty());
  CHECK(view.figures[0].value == "not known, never counted");
}

}  // namespace
}  // namespace taskgate::view
