#include "observe/status_json.h"

#include <boost/json.hpp>

#include "base/version.h"
#include "observe/sample_status.h"
#include "support/catch.h"

namespace taskgate::observe {
namespace {

namespace json = boost::json;

const std::chrono::system_clock::time_point kNow{std::chrono::seconds(1'700'000'100)};

json::object parsed(const Status& status) {
  return json::parse(to_json(status, kNow)).as_object();
}

TEST_CASE("The status says all that is known") {
  Status status = sample_status();
  gate::Verdict full;
  full.reason = gate::RefusalReason::full;
  full.live = 12;
  full.reserved = 1;
  full.limit = 12;
  gate::Verdict unknown;
  unknown.decision = gate::Decision::unknown;
  unknown.reason = gate::RefusalReason::unknown;
  unknown.fault = "timeout";
  unknown.limit = 12;
  status.observed = {{"webhook", "default", gate::RefusalReason::full, 3, 40}};
  status.refusals = {{kNow - std::chrono::seconds(7), "spawn", full, 23, "7d1f", "deploy"},
                     {kNow, "webhook", unknown, 10, ""}};
  status.history = {{20, gate::SignalState::held, 2, 0, 12, 7, 0},
                    {11, {}, {}, 1, 12, 1, 2},
                    {0, gate::SignalState::known, 3, 4, 12, 1, 0, 5}};
  status.marks = {{40, Mark::start}, {2, Mark::reload}};
  status.refused_last_hour = {
      {"webhook", "storms", gate::RefusalReason::class_full, 7, 7, "deploy", "7d1f", kNow},
      {"spawn", "default", gate::RefusalReason::full, 1, 1}};
  json::object expected = json::parse(R"({
    "live": 3, "limit": 12,
    "reservations": {"total": 4, "in_flight": 1, "settling": 2, "abandoned": 1},
    "mode": "enforce", "slots_free": 5, "waiting": 5,
    "classes": [], "line_length": 0, "line": [],
    "signal": {"state": "known", "fault": null, "detail": null, "age_seconds": 0.25,
               "match_wrong": false},
    "holders": [
      {"name": "kube-coder-a", "id": 1, "created": "2023-11-14T22:13:20.000Z", "age_seconds": 100,
       "origin": "inherited", "class": null, "route": null, "path_id": null, "request_id": null,
       "silent_since": "2023-11-14T22:29:50.000Z", "silent_seconds": -890, "attached": true,
       "ended": false, "view_of": null},
      {"name": "kube-coder-b", "id": 2, "created": "2023-11-14T22:13:30.000Z", "age_seconds": 90,
       "origin": "unattributed", "class": null, "route": null, "path_id": null, "request_id": null,
       "silent_since": "2023-11-14T22:15:00.000Z", "silent_seconds": 0, "attached": false,
       "ended": true, "view_of": "kube-coder-a"},
      {"name": "kube-coder-c", "id": 3, "created": "2023-11-14T22:13:40.000Z", "age_seconds": 80,
       "origin": "created", "class": null, "route": null, "path_id": null, "request_id": null,
       "silent_since": null, "silent_seconds": null, "attached": null, "ended": null,
       "view_of": null}],
    "refusals": [
      {"when": "2023-11-14T22:14:53.000Z", "age_seconds": 7, "route": "spawn", "id": "deploy", "class": "default",
       "decision": "rejected",
       "reason": "full", "fault": null, "live": 12, "reserved": 1, "limit": 12, "retry_after": 23,
       "request_id": "7d1f"},
      {"when": "2023-11-14T22:15:00.000Z", "age_seconds": 0, "route": "webhook", "id": null, "class": "default",
       "decision": "unknown",
       "reason": "unknown", "fault": "timeout", "live": null, "reserved": 0, "limit": 12,
       "retry_after": 10, "request_id": null}],
    "refused_last_hour": [
      {"route": "webhook", "id": "deploy", "class": "storms", "reason": "class_full", "count": 7,
       "last_request_id": "7d1f", "last": "2023-11-14T22:15:00.000Z"},
      {"route": "spawn", "id": null, "class": "default", "reason": "full", "count": 1,
       "last_request_id": null, "last": "1970-01-01T00:00:00.000Z"}],
    "retry_after": {"window_seconds": 180, "basis": "recent", "freed": 5, "watched_seconds": 9E2,
                    "ended": 6, "mean_lifetime_seconds": 9E1, "mean_age_seconds": 4E2,
                    "quiet_seconds": 3E1},
    "observed": [{"route": "webhook", "class": "default", "reason": "full", "last_hour": 3, "last_day": 40}],
    "history": {"step_seconds": 5, "steps": 180, "steps_ago": [20, 11, 0],
                 "signal": ["held", null, "known"], "live": [2, null, 3], "peak": [null, null, 5], "reserved": [0, 1, 4],
                 "limit": [12, 12, 12], "admitted": [7, 1, 1], "refused": [0, 2, 0],
                 "marks": [{"steps_ago": 40, "kind": "start"}, {"steps_ago": 2, "kind": "reload"}]},
    "peak": {"live": 9, "when": "2023-11-14T22:14:10.000Z"}, "expected": null,
    "totals": [
      {"route": "other", "requests": 0, "admitted": 0, "waited": 0, "refused": 0, "withdrawn": 0,
       "observed": 0, "errors": 0, "median_seconds": null, "p99_seconds": null},
      {"route": "spawn", "requests": 40, "admitted": 20, "waited": 6, "refused": 10,
       "withdrawn": 1, "observed": 3, "errors": 2, "median_seconds": 0.25, "p99_seconds": 1.5}],
    "last_minute": {"requests": 4, "admitted": 2, "refused": 1, "withdrawn": 0},
    "bytes": {"up": 1000, "down": 5000000000},
    "connections": {"active": 8, "idle": 7, "streams": 2, "tunnels": 9, "limit": 10000},
    "upstream_connections": {"new": 30, "reused": 11, "resent": 3, "idle": 5},
    "upstream": {"address": "127.0.0.1:6080", "state": "ok", "failures_last_minute": 0,
                 "last_failure": {"when": "2023-11-14T22:14:00.000Z", "age_seconds": 60,
                                  "reason": "connect_refused",
                                  "detail": "nothing listens there"},
                 "connects_waiting": 4},
    "listening": true, "draining": false, "drained": false,
    "config": {"configured": true, "generation": 4, "last_reload_success": true, "error": null},
    "listen": "0.0.0.0:6090", "pid": 42, "last_holders": null,
    "identity": {"pod": "ws-alice-0", "namespace": "coders", "workspace": "alice"},
    "started": "2023-11-14T22:13:20.000Z", "uptime_seconds": 100})")
                              .as_object();
  expected["version"] = kVersion;
  expected["revision"] = kRevision;
  CHECK(json::value(parsed(status)) == json::value(expected));
}

TEST_CASE("Classes, the line and what is known of who made a session are told") {
  Status status = status_with_classes();
  status.refusals = {sample_refusal(kNow, "webhook", gate::RefusalReason::class_full, 3)};
  status.refusals[0].verdict.class_name = "storms";
  const json::object told = parsed(status);
  CHECK(told.at("classes") == json::parse(R"([
      {"name": "people", "used": 1, "cap": 12, "floor": 3, "waiting": 1},
      {"name": "storms", "used": 2, "cap": 2, "floor": 0, "waiting": 1},
      {"name": "default", "used": 1, "cap": 4, "floor": 0, "waiting": 0}])"));
  CHECK(told.at("line_length") == 2);
  CHECK(told.at("line") == json::parse(R"([
      {"place": 1, "class": "people", "route": "spawn", "id": null, "waited_seconds": 3},
      {"place": 2, "class": "storms", "route": "webhook", "id": "deploy",
       "waited_seconds": 75}])"));
  const json::array& holders = told.at("holders").as_array();
  CHECK(holders.at(2).at("class") == "people");
  CHECK(holders.at(2).at("route") == "spawn");
  CHECK(holders.at(2).at("path_id") == "deploy");
  CHECK(holders.at(2).at("request_id") == "7d1f");
  CHECK(holders.at(0).at("class") == "default");
  CHECK(holders.at(0).at("route").is_null());
  CHECK(told.at("refusals").at(0).at("class") == "storms");
}

TEST_CASE("Of a long line the head is told, and how long it is") {
  Status status = status_with_classes();
  status.gate.line.assign(5000, {"storms", "webhook", status.taken});
  const json::object told = parsed(status);
  CHECK(told.at("line_length") == 5000);
  CHECK(told.at("line").as_array().size() == 100);
  CHECK(told.at("line").at(99).at("place") == 100);
}

TEST_CASE("Of many sums of refusals the largest are told") {
  Status status = sample_status();
  status.refused_last_hour.assign(200, {"spawn", "default", gate::RefusalReason::full, 1, 1});
  CHECK(parsed(status).at("refused_last_hour").as_array().size() == 50);
}

TEST_CASE("What is expected while no slot is free is told with what it stands on") {
  Status status = sample_status();
  status.gate.expected = gate::RetryWindow{240, gate::RetryBasis::lifetimes};
  CHECK(parsed(status).at("expected") ==
        json::parse(R"({"slot_seconds": 240, "basis": "lifetimes"})"));
}

TEST_CASE("While the count is unknown the line and the bounds of classes are known") {
  const json::object told = parsed(uncounted(status_with_classes()));
  CHECK(told.at("line_length") == 2);
  CHECK(told.at("line").at(1).at("waited_seconds") == 75);
  CHECK(told.at("classes").at(0) ==
        json::parse(R"({"name": "people", "used": null, "cap": 12, "floor": 3, "waiting": 1})"));
}

TEST_CASE("The mode says whether anything is enforced") {
  Status status = sample_status();
  status.gate.observing = true;
  CHECK(parsed(status).at("mode") == "observe");
}

TEST_CASE("What is not known is null, never zero or empty") {
  const json::object status = parsed(unknown_status());
  CHECK(status.at("live").is_null());
  CHECK(status.at("slots_free").is_null());
  CHECK(status.at("holders").is_null());
  CHECK(status.at("last_holders").is_null());
  CHECK(status.at("retry_after").is_null());
  CHECK(status.at("signal") == json::parse(R"({"state": "unknown", "fault": "permission_denied",
            "detail": "/tmp/tmux-1000/default: permission denied", "age_seconds": null,
            "match_wrong": false})"));
}

TEST_CASE("While the count is unknown those that were counted last stand apart") {
  Status status = unknown_status();
  status.gate.signal_age = std::chrono::milliseconds(30'900);
  status.gate.last_holders = sample_status().gate.holders;
  const json::object told = parsed(status);
  CHECK(told.at("holders").is_null());
  const json::value& last = told.at("last_holders");
  CHECK(last.at("counted") == "2023-11-14T22:14:30.000Z");
  CHECK(last.at("age_seconds") == 30);
  CHECK(last.at("holders") == parsed(sample_status()).at("holders"));
}

TEST_CASE(
    "The upstream is unused before the first request, and fails while the last got no answer") {
  Status status = sample_status();
  status.upstream_health.answers = false;
  status.last_minute.upstream_failures = 7;
  CHECK(parsed(status).at("upstream").at("state") == "failing");
  CHECK(parsed(status).at("upstream").at("failures_last_minute") == 7);
  status.upstream_health = {};
  CHECK(parsed(status).at("upstream").at("state") == "unused");
  CHECK(parsed(status).at("upstream").at("last_failure").is_null());
}

TEST_CASE("An identity that was not said is null") {
  Status status = sample_status();
  status.identity = {};
  CHECK(parsed(status).at("identity") ==
        json::parse(R"({"pod": null, "namespace": null, "workspace": null})"));
}

TEST_CASE("A mean lifetime is null while no session has ended") {
  Status status = sample_status();
  status.gate.turnover.mean_lifetime.reset();
  CHECK(parsed(status).at("retry_after").at("mean_lifetime_seconds").is_null());
}

TEST_CASE("A failed reload is told with its reason") {
  Status status = sample_status();
  status.config_last_reload_success = false;
  status.config_error = "config.yaml:1:8: limit: \"x\" is no number";
  CHECK(parsed(status).at("config") ==
        json::parse(R"({"configured": true, "generation": 4, "last_reload_success": false,
            "error": "config.yaml:1:8: limit: \"x\" is no number"})"));
}

TEST_CASE("A session name that is not UTF-8 leaves the status valid JSON") {
  Status status = sample_status();
  status.gate.holders = {{"kube-coder-\xFF\"\n", 1, 1'700'000'000, gate::Origin::created}};
  CHECK(parsed(status).at("holders").at(0).at("name") == "kube-coder-\xEF\xBF\xBD\"\n");
}

TEST_CASE("A gate is ready while it listens and does not drain, whatever the count") {
  const auto [listening, draining, ready] = GENERATE(table<bool, bool, bool>(
      {{true, false, true}, {false, false, false}, {true, true, false}, {false, true, false}}));
  Status status = unknown_status();
  status.listening = listening;
  status.draining = draining;
  CHECK(is_ready(status) == ready);
  const json::object told = json::parse(to_readiness_json(status)).as_object();
  CHECK(told.at("ready") == ready);
  CHECK(told.at("listening") == listening);
  CHECK(told.at("draining") == draining);
  CHECK(told.at("drained") == false);
  CHECK(told.at("signal").at("fault") == "permission_denied");
}

}  // namespace
}  // namespace taskgate::observe
