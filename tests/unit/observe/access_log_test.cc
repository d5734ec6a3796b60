#include "observe/access_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <boost/json.hpp>

#include "base/log.h"
#include "observe/sample_status.h"
#include "support/catch.h"

namespace taskgate::observe {
namespace {

namespace json = boost::json;

// What is logged during its life goes into a pipe.
class CapturedLog {
 public:
  CapturedLog() {
    REQUIRE(pipe2(ends_.data(), O_NONBLOCK | O_CLOEXEC) == 0);
    log::set_descriptor(ends_[1]);
  }
  ~CapturedLog() {
    log::set_descriptor(STDOUT_FILENO);
    close(ends_[0]);
    close(ends_[1]);
  }
  std::string text() {
    std::array<char, 8192> buffer{};
    const auto length = read(ends_[0], buffer.data(), buffer.size());
    return length < 0 ? "" : std::string(buffer.data(), static_cast<std::size_t>(length));
  }

 private:
  std::array<int, 2> ends_{};
};

// The one line of a request, without what every line has.
json::object logged(const Outcome& outcome, const Status& status = sample_status()) {
  CapturedLog log;
  log_access(outcome, status.gate);
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

TEST_CASE("A gated request is logged with its decision") {
  Outcome outcome = sample_outcome();
  outcome.route = "spawn";
  outcome.method = "POST";
  outcome.target = "/api/claude/tasks";
  outcome.status = 429;
  outcome.decision = gate::Decision::rejected;
  outcome.waited = std::chrono::microseconds(500);
  CHECK(json::value(logged(outcome)) ==
        json::parse(R"({"level":"info","event":"admission","method":"POST",
            "path":"/api/claude/tasks","route":"spawn","status":429,"decision":"rejected","live":3,
            "limit":12,"reserved":4,"signal":"known","wait_ms":0.5,"duration_ms":1.25,"bytes_up":0,
            "bytes_down":77})"));
}

TEST_CASE("An unknown count of sessions is absent from the line") {
  Outcome outcome = sample_outcome();
  outcome.decision = gate::Decision::unknown;
  const json::object line = logged(outcome, unknown_status());
  CHECK_FALSE(line.contains("live"));
  CHECK(line.at("signal") == "unknown");
}

TEST_CASE("What went wrong is in the line") {
  Outcome outcome = sample_outcome();
  outcome.upstream_error = UpstreamError::connect_refused;
  outcome.upstream_rejected = true;
  outcome.client_gone = true;
  outcome.tunnel = true;
  outcome.refusal = "no Host field";
  const json::object line = logged(outcome);
  CHECK(line.at("upstream_error") == "connect_refused");
  CHECK(line.at("upstream_rejected") == true);
  CHECK(line.at("client_gone") == true);
  CHECK(line.at("tunnel") == true);
  CHECK(line.at("refusal") == "no Host field");
}

TEST_CASE("What the client chooses is cut so that no line is lost for its length") {
  Outcome outcome = sample_outcome();
  const std::string method(10'000, '\x01');
  const std::string target = "/" + std::string(60'000, '\x01');
  outcome.method = method;
  outcome.target = target;
  outcome.decision = gate::Decision::admitted;
  const json::object line = logged(outcome);
  CHECK(line.at("method").as_string().size() == 32);
  CHECK(line.at("path").as_string().size() == 256);
}

TEST_CASE("Nothing is written where info lines are not wanted") {
  CapturedLog log;
  log::set_level(log::Level::warning);
  log_access(sample_outcome(), sample_status().gate);
  log::set_level(log::Level::info);
  CHECK(log.text().empty());
}

TEST_CASE("The path of a target leaves out query, fragment and authority") {
  const auto [target, path] = GENERATE(table<std::string, std::string>({
      {"/a/b", "/a/b"},
      {"/a?token=x", "/a"},
      {"/a#token=x", "/a"},
      {"/a?b#c", "/a"},
      {"/?", "/"},
      {"", ""},
      {"*", "*"},
      {"example.org:443", "example.org:443"},
      {"http://user:secret@example.org/a?b", "/a"},
      {"http://user:secret@example.org", "/"},
      {"http://user:secret@example.org?x", "/"},
      {"//user:secret@example.org/a", "//user:secret@example.org/a"},
      {"/redirect/http://example.org/a", "/redirect/http://example.org/a"},
  }));
  CHECK(path_of(target) == path);
}

}  // namespace
}  // namespace taskgate::observe
