#include "observe/access_log.h"

#include <boost/json.hpp>

#include "base/log.h"
#include "support/captured_log.h"
#include "support/catch.h"

namespace taskgate::observe {
namespace {

namespace json = boost::json;
using test::CapturedLog;

// The one line of a request, without what every line has.
json::object logged(const Outcome& outcome) {
  CapturedLog log;
  log_access(outcome);
  const std::string text = log.text();
  REQUIRE(std::count(text.begin(), text.end(), '\n') == 1);
  json::object line = json::parse(text).as_object();
  line.erase("time");
  return line;
}

Outcome sample_outcome() {
  Outcome outcome;
  outcome.method = "GET";
  outcome.target = "/api/tasks?token=secret";
  outcome.status = 200;
  outcome.total = std::chrono::microseconds(1250);
  outcome.bytes_up = 0;
  outcome.bytes_down = 77;
  return outcome;
}

TEST_CASE("An ungated request is logged as one line without its query") {
  CHECK(json::value(logged(sample_outcome())) ==
        json::parse(R"({"level":"info","event":"request","method":"GET","path":"/api/tasks",
            "route":"other","status":200,"duration_ms":1.25,"bytes_up":0,"bytes_down":77})"));
}

Outcome create_outcome() {
  Outcome outcome = sample_outcome();
  outcome.route = "spawn";
  outcome.method = "POST";
  outcome.target = "/api/claude/tasks";
  outcome.create = true;
  outcome.waited = std::chrono::microseconds(500);
  gate::Verdict verdict;
  verdict.limit = 12;
  verdict.live = 3;
  verdict.reserved = 4;
  verdict.signal_age = std::chrono::microseconds(250);
  outcome.verdict = verdict;
  return outcome;
}

Outcome refused_outcome() {
  Outcome outcome = create_outcome();
  outcome.status = 429;
  outcome.verdict->reason = gate::RefusalReason::full;
  outcome.retry_after = 23;
  return outcome;
}

TEST_CASE("A refusal is logged with its reason and the count that it was decided on") {
  CHECK(json::value(logged(refused_outcome())) ==
        json::parse(R"({"level":"info","event":"admission","method":"POST",
            "path":"/api/claude/tasks","route":"spawn","status":429,"decision":"rejected",
            "reason":"full","live":3,"reserved":4,"limit":12,"signal":"known","signal_age_ms":0.25,
            "wait_ms":0.5,"retry_after_s":23,"duration_ms":1.25,"bytes_up":0,"bytes_down":77})"));
}

TEST_CASE("A gated request's line says what its path's variable stood for") {
  Outcome outcome = refused_outcome();
  CHECK_FALSE(logged(outcome).contains("id"));
  outcome.path_id = "deploy \"a\"\n\xFF";
  CHECK(logged(outcome).at("id") == "deploy \"a\"\n\xEF\xBF\xBD");
}

TEST_CASE("An admission is logged without a reason, with how long it waited for a slot") {
  Outcome outcome = create_outcome();
  outcome.status = 201;
  outcome.verdict->decision = gate::Decision::admitted;
  outcome.waited_for_slot = std::chrono::microseconds(125);
  CHECK(json::value(logged(outcome)) ==
        json::parse(R"({"level":"info","event":"admission","method":"POST",
            "path":"/api/claude/tasks","route":"spawn","status":201,"decision":"admitted",
            "live":3,"reserved":4,"limit":12,"signal":"known","signal_age_ms":0.25,
            "wait_ms":0.5,"slot_wait_ms":0.125,"duration_ms":1.25,"bytes_up":0,"bytes_down":77})"));
}

TEST_CASE("A create's line has its class where there are classes, and its place and time in line") {
  Outcome outcome = refused_outcome();
  outcome.verdict->class_name = "storms";
  CHECK_FALSE(logged(outcome).contains("class"));
  CHECK_FALSE(logged(outcome).contains("place"));
  CHECK_FALSE(logged(outcome).contains("line_wait_ms"));
  outcome.has_class = true;
  outcome.verdict->place = 3;
  outcome.waited_in_line = std::chrono::milliseconds(1500);
  const json::object line = logged(outcome);
  CHECK(line.at("class") == "storms");
  CHECK(line.at("place") == 3);
  CHECK(line.at("line_wait_ms") == 1500);
}

TEST_CASE("A count that is unknown is absent from the line, and why is there") {
  Outcome outcome = refused_outcome();
  outcome.verdict->decision = gate::Decision::unknown;
  outcome.verdict->reason = gate::RefusalReason::unknown;
  outcome.verdict->signal = gate::SignalState::unknown;
  outcome.verdict->fault = "timeout";
  outcome.verdict->live.reset();
  outcome.verdict->signal_age.reset();
  const json::object line = logged(outcome);
  CHECK_FALSE(line.contains("live"));
  CHECK_FALSE(line.contains("signal_age_ms"));
  CHECK(line.at("signal") == "unknown");
  CHECK(line.at("fault") == "timeout");
}

TEST_CASE("A create that did not come to a decision is an admission without one") {
  Outcome outcome = create_outcome();
  outcome.verdict.reset();
  outcome.status = 413;
  outcome.refusal = "the body is too long";
  const json::object line = logged(outcome);
  CHECK(line.at("event") == "admission");
  CHECK(line.at("refusal") == "the body is too long");
  CHECK_FALSE(line.contains("retry_after_s"));
  CHECK_FALSE(line.contains("decision"));
  CHECK_FALSE(line.contains("wait_ms"));
}

TEST_CASE("A request that the gate had no means for is logged with the time that was told") {
  Outcome outcome = sample_outcome();
  outcome.status = 503;
  outcome.upstream_error = UpstreamError::out_of_resources;
  outcome.retry_after = 6;
  CHECK(logged(outcome).at("retry_after_s") == 6);
}

TEST_CASE("The ids of a request are in the line where it has them") {
  Outcome outcome = create_outcome();
  outcome.ids = {"7d1f", "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"};
  const json::object line = logged(outcome);
  CHECK(line.at("request_id") == "7d1f");
  CHECK(line.at("trace_id") == "0af7651916cd43dd8448eb211c80319c");
  CHECK(line.at("span_id") == "b7ad6b7169203331");
  const json::object without = logged(sample_outcome());
  CHECK_FALSE(without.contains("request_id"));
  CHECK_FALSE(without.contains("trace_id"));
}

TEST_CASE("What went wrong is in the line") {
  Outcome outcome = sample_outcome();
  outcome.upstream_error = UpstreamError::connect_refused;
  outcome.upstream_rejected = true;
  outcome.client_gone = true;
  outcome.tunnel = true;
  outcome.stream = true;
  outcome.silent = true;
  outcome.refusal = "no Host field";
  const json::object line = logged(outcome);
  CHECK(line.at("upstream_error") == "connect_refused");
  CHECK(line.at("upstream_rejected") == true);
  CHECK(line.at("client_gone") == true);
  CHECK(line.at("tunnel") == true);
  CHECK(line.at("stream") == true);
  CHECK(line.at("silent") == true);
  CHECK(line.at("refusal") == "no Host field");
}

TEST_CASE("What the client chooses is cut so that no line is lost for its length") {
  Outcome outcome = refused_outcome();
  outcome.ids = {std::string(128, 'x'), std::string(32, 'a'), std::string(16, 'b')};
  const std::string method(10'000, '\x01');
  const std::string target = "/" + std::string(60'000, '\x01');
  outcome.method = method;
  outcome.target = target;
  const json::object line = logged(outcome);
  CHECK(line.at("method").as_string().size() == 32);
  CHECK(line.at("path").as_string().size() == 256);
}

TEST_CASE("Nothing is written where info lines are not wanted") {
  CapturedLog log;
  log::set_level(log::Level::warning);
  log_access(sample_outcome());
  log::set_level(log::Level::info);
  CHECK(log.text().empty());
}

}  // namespace
}  // namespace taskgate::observe
