#include "proxy/upstream_report.h"

#include "support/captured_log.h"
#include "support/catch.h"

using namespace taskgate;
using namespace taskgate::proxy;
using observe::UpstreamError;
using std::chrono::seconds;

namespace {

const std::string kAddress = "127.0.0.1:6080";

TimePoint at(int second) {
  return TimePoint{} + std::chrono::hours(1) + seconds(second);
}

int count(const std::string& text, const std::string& event) {
  int found = 0;
  for (auto next = text.find(event); next != std::string::npos; next = text.find(event, next + 1)) {
    ++found;
  }
  return found;
}

}  // namespace

TEST_CASE("an upstream that stops answering is told once, with why and what to check") {
  test::CapturedLog log;
  UpstreamReport report;
  for (int i = 0; i < 5; ++i)
    report.failed(UpstreamError::connect_refused, nullptr, kAddress, at(20 * i));
  const std::string text = log.text();
  CHECK(count(text, "upstream_failing") == 1);
  CHECK(text.find(R"("level":"error")") != std::string::npos);
  CHECK(text.find(R"("upstream":"127.0.0.1:6080","reason":"connect_refused","detail":")") !=
        std::string::npos);
}

TEST_CASE("an upstream that answers again is told, and only then") {
  test::CapturedLog log;
  UpstreamReport report;
  report.answered();
  CHECK(log.text().empty());
  report.failed(UpstreamError::reset, nullptr, kAddress, at(0));
  report.answered();
  report.answered();
  CHECK(count(log.text(), "upstream_answers") == 1);
}

TEST_CASE("an upstream that comes and goes does not fill the log") {
  test::CapturedLog log;
  UpstreamReport report;
  for (int i = 0; i < 100; ++i) {
    report.failed(UpstreamError::response_timeout, nullptr, kAddress,
                  at(0) + std::chrono::milliseconds(99 * i));
    report.answered();
  }
  CHECK(count(log.text(), "upstream_failing") == 1);
  report.failed(UpstreamError::response_timeout, nullptr, kAddress, at(10));
  CHECK(count(log.text(), "upstream_failing") == 1);
}

TEST_CASE("each way of failing has its advice") {
  for (const UpstreamError error : observe::kUpstreamErrors) {
    test::CapturedLog log;
    UpstreamReport().failed(error, nullptr, kAddress, at(0));
    const std::string text = log.text();
    INFO(text);
    CHECK(text.find("\"detail\":\"\"") == std::string::npos);
    CHECK(text.find("check") != std::string::npos);
  }
}

TEST_CASE("what is known of the upstream is kept for whoever looks") {
  test::CapturedLog log;
  UpstreamReport report;
  CHECK_FALSE(report.health().answers);
  CHECK_FALSE(report.health().last_failure);
  report.failed(UpstreamError::reset, nullptr, kAddress, at(0));
  report.failed(UpstreamError::connect_refused, nullptr, kAddress,
                at(1));  // the log is quiet about it
  CHECK(report.health().answers == false);
  report.answered();
  CHECK(report.health().answers == true);
  CHECK(report.health().last_failure->reason == UpstreamError::connect_refused);
  CHECK(report.health().last_failure->detail.find("nothing listens there") == 0);
}

TEST_CASE(
    "an answer that is refused is told with its fault, and the port is blamed for no HTTP only") {
  const auto told = [](const char* fault) {
    test::CapturedLog log;
    UpstreamReport().failed(UpstreamError::malformed_head, fault, kAddress, at(0));
    return log.text();
  };
  CHECK(told("repeated Content-Length").find(R"("answer_fault":"repeated Content-Length")") !=
        std::string::npos);
  CHECK(told("repeated Content-Length").find("port") == std::string::npos);
  CHECK(told("malformed status line").find("names the right port") != std::string::npos);
}

TEST_CASE("what was known of one upstream is not said of the next") {
  test::CapturedLog log;
  UpstreamReport report;
  report.failed(UpstreamError::connect_refused, nullptr, kAddress, at(0));
  report.begin_anew();
  CHECK_FALSE(report.health().answers);
  CHECK_FALSE(report.health().last_failure);
  report.failed(UpstreamError::reset, nullptr, "127.0.0.1:6081", at(1));
  CHECK(count(log.text(), "upstream_failing") == 2);
}
