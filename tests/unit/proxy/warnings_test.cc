#include "proxy/warnings.h"

#include "support/captured_log.h"
#include "support/catch.h"
#include "support/text.h"

using namespace taskgate;
using namespace taskgate::proxy;
using std::chrono::seconds;
using test::has;
using std::string_literals::operator""s;

namespace {

TimePoint second(int second) {
  return TimePoint{} + std::chrono::hours(1) + seconds(second);
}

observe::Outcome refused(const char* reason) {
  observe::Outcome outcome;
  outcome.status = 400;
  outcome.refusal = reason;
  outcome.ids.request_id = "id-1";
  return outcome;
}

std::string warned(const std::string& received) {
  test::CapturedLog log;
  Warnings().head_refused(refused("malformed request target"), start_of(received),
                          http::recognize_opening(received), second(0));
  return log.text();
}

}  // namespace

TEST_CASE("a head that is refused is told with its reason, what was seen, and what to check") {
  const std::string text =
      warned("PROXY TCP4 10.0.0.1 10.0.0.2 51000 6090\r\nGET / HTTP/1.1\r\n\r\n");
  INFO(text);
  CHECK(has(text, R"("level":"warning","event":"head_refused","status":400,"refusal":")"));
  CHECK(has(text, R"("saw":"PROXY TCP4 10.0.0.1 10.0.0.2 510")"));
  CHECK(has(text, R"("request_id":"id-1")"));
  CHECK(has(text, "switch that off"));
  CHECK(has(warned("nonsense\r\n\r\n"), "check the client"));
}

TEST_CASE("bytes that are no text are shown escaped") {
  CHECK(has(warned("\r\n\r\n\0\r\nQUIT\n\x21\x11"s), R"("saw":"\\x00\\x0d\\x0aQUIT\\x0a!\\x11")"));
  CHECK(has(warned("\x16\x03\x01\x02"s), R"("saw":"\\x16\\x03\\x01\\x02")"));
}

TEST_CASE("of what is refused no query, no field, no password and no body is shown") {
  CHECK(start_of("GET /a?token=secret HTTP/1.1\r\n") == "GET /a");
  CHECK(start_of("GET /a#secret") == "GET /a");
  CHECK(start_of("GET http://user:secret@host/ HTTP/1.1") == "GET http");
  CHECK(start_of("GET / HTTP/1.1\nAuthorization: secret") == "GET / HTTP/1.1");
  CHECK(start_of("\r\n\r\nGET /?secret") == "GET /");
  CHECK(start_of("{\"password\":\"secret\"}") == "{\"passwo");
  CHECK(start_of(std::string(100, 'x')) == std::string(32, 'x'));
  CHECK(start_of("\r\n").empty());
  CHECK(start_of("").empty());
}

TEST_CASE("a flood of refused heads makes few lines, which say how many were left out") {
  test::CapturedLog log;
  Warnings warnings;
  for (int i = 0; i < 1000; ++i) warnings.head_refused(refused("bare LF"), "", nullptr, second(0));
  const std::string first = log.text();
  CHECK(std::count(first.begin(), first.end(), '\n') == 5);
  CHECK_FALSE(has(first, "left_out"));
  warnings.head_refused(refused("bare LF"), "", nullptr, second(60));
  CHECK(has(log.text(), R"("left_out":995)"));
}

TEST_CASE("an answer that is refused is told by the parser's own reason") {
  test::CapturedLog log;
  observe::Outcome outcome;
  outcome.method = "GET";
  outcome.target = "/files?token=secret";
  outcome.upstream_error = observe::UpstreamError::malformed_head;
  outcome.answer_fault = "repeated Content-Length";
  Warnings().answer_refused(outcome, second(0));
  const std::string text = log.text();
  INFO(text);
  CHECK(has(text, R"("event":"answer_refused")"));
  CHECK(has(
      text,
      R"("reason":"malformed_head","answer_fault":"repeated Content-Length","method":"GET","path":"/files")"));
  CHECK_FALSE(has(text, "secret"));
}

TEST_CASE("an answer that was wrong while the gate ended the exchange is told without a reason") {
  test::CapturedLog log;
  observe::Outcome outcome;
  outcome.status = 200;
  outcome.answer_fault = "malformed chunk size";
  Warnings().answer_refused(outcome, second(0));
  CHECK(has(log.text(), R"("status":200,"answer_fault":"malformed chunk size")"));
}
