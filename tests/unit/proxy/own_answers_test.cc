#include "proxy/own_answers.h"

#include "support/catch.h"

using namespace taskgate;
using namespace taskgate::proxy;

namespace {

gate::Verdict full() {
  gate::Verdict verdict;
  verdict.decision = gate::Decision::rejected;
  verdict.reason = gate::RefusalReason::full;
  verdict.limit = 12;
  verdict.live = 12;
  verdict.retry = {20, gate::RetryBasis::guess};
  return verdict;
}

constexpr std::string_view kDate = "Sun, 06 Nov 1994 08:49:37 GMT";

Envelope envelope(Persistence persistence = Persistence::keep, bool head_only = false) {
  return {kDate, "id-1", persistence, head_only};
}

Answer refused(const gate::Verdict& verdict, std::uint32_t draw = 0, int unknown_status = 503) {
  config::Config config;
  config.refuse.unknown_status = unknown_status;
  return refuse_create(refusal_text({verdict}, config), draw, envelope());
}

std::string body_of(const std::string& message) {
  return message.substr(message.find("\r\n\r\n") + 4);
}

}  // namespace

TEST_CASE("the refusal at the limit is what the contract says, byte for byte") {
  const Answer answer = refused(full());
  CHECK(answer.status == 429);
  const std::string body =
      "{\"status\":\"rejected\",\"task_id\":null,\"error\":\"concurrent task limit reached "
      "(12/12): "
      "a slot should be free in about 20 s; end a task you no longer need, or try again then\","
      "\"live\":12,\"limit\":12,\"reserved\":0,\"reason\":\"full\",\"retry_after\":20,"
      "\"request_id\":\"id-1\"}\n";
  CHECK(answer.message ==
        "HTTP/1.1 429 Too Many Requests\r\n"
        "Content-Type: application/json\r\n"
        "Content-Length: " +
            std::to_string(body.size()) +
            "\r\n"
            "Cache-Control: no-store\r\n"
            "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
            "Server: taskgate\r\n"
            "X-Request-Id: id-1\r\n"
            "Retry-After: 20\r\n"
            "RateLimit-Policy: \"sessions\";q=12;qu=\"concurrent-requests\"\r\n"
            "RateLimit: \"sessions\";r=0;t=20\r\n"
            "\r\n" +
            body);
}

TEST_CASE("the length that a refusal states is that of its body") {
  for (std::uint32_t draw = 0; draw < 20; ++draw) {
    const std::string message = refused(full(), draw).message;
    const std::string body = body_of(message);
    CHECK(message.find("Content-Length: " + std::to_string(body.size()) + "\r\n") !=
          std::string::npos);
  }
}

TEST_CASE("a create that found the free slots promised is told so") {
  gate::Verdict verdict = full();
  verdict.live = 10;
  verdict.reserved = 2;
  verdict.reason = gate::RefusalReason::promised;
  const Answer answer = refused(verdict);
  CHECK(answer.status == 429);
  CHECK(answer.message.find("(10/12 live, 2 being created)") != std::string::npos);
  CHECK(answer.message.find("\"reason\":\"promised\"") != std::string::npos);
}

TEST_CASE("a gate without a valid configuration says so with 503, whatever unknown_status is") {
  gate::Verdict verdict;
  verdict.decision = gate::Decision::unconfigured;
  verdict.reason = gate::RefusalReason::unconfigured;
  verdict.retry = {60, gate::RetryBasis::fixed};
  verdict.limit = 12;
  for (const int unknown_status : {503, 429}) {
    const Answer answer = refused(verdict, 0, unknown_status);
    CHECK(answer.status == 503);
    CHECK(answer.retry_after == 60);
    CHECK(body_of(answer.message).find("\"error\":\"the gate's configuration is faulty, ") !=
          std::string::npos);
    CHECK(body_of(answer.message).find("\"reason\":\"unconfigured\"") != std::string::npos);
  }
}

TEST_CASE("an unknown signal is refused with the status that is configured, and its fault's name") {
  gate::Verdict verdict;
  verdict.decision = gate::Decision::unknown;
  verdict.reason = gate::RefusalReason::unknown;
  verdict.retry = {10, gate::RetryBasis::fixed};
  verdict.limit = 12;
  verdict.fault = "timeout";
  for (const int status : {503, 429}) {
    const Answer answer = refused(verdict, 0, status);
    CHECK(answer.status == status);
    CHECK(body_of(answer.message)
              .find("\"live\":null,\"limit\":12,\"reserved\":0,\"reason\":\"unknown\","
                    "\"fault\":\"timeout\",\"retry_after\":10,") != std::string::npos);
  }
}

TEST_CASE("Retry-After is drawn from the window on, which is what RateLimit says") {
  const Answer answer = refused(full(), 7);
  CHECK(answer.retry_after == 27);
  CHECK(answer.message.find("\r\nRetry-After: 27\r\n") != std::string::npos);
  CHECK(answer.message.find(";r=0;t=20\r\n") != std::string::npos);
  CHECK(answer.message.find("\"retry_after\":27,") != std::string::npos);
}

TEST_CASE("a drain refuses with 503, whatever the status for an unknown signal is") {
  gate::Verdict verdict = full();
  verdict.decision = gate::Decision::draining;
  CHECK(refused(verdict, 0, 429).status == 503);
}

TEST_CASE("an answer says to the client what becomes of the connection") {
  const auto told = [](Persistence persistence) {
    return error_answer(502, "x", 0, envelope(persistence)).message;
  };
  CHECK(told(Persistence::keep).find("Connection:") == std::string::npos);
  CHECK(told(Persistence::close).find("\r\nConnection: close\r\n") != std::string::npos);
  CHECK(told(Persistence::keep_said).find("\r\nConnection: keep-alive\r\n") != std::string::npos);
}

TEST_CASE("a 503 says when to come back, each time a little otherwise") {
  CHECK(error_answer(503, "x", 0, envelope()).message ==
        "HTTP/1.1 503 Service Unavailable\r\n"
        "Content-Type: application/json\r\n"
        "Content-Length: 34\r\n"
        "Cache-Control: no-store\r\n"
        "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
        "Server: taskgate\r\n"
        "X-Request-Id: id-1\r\n"
        "Retry-After: 5\r\n"
        "\r\n"
        "{\"error\":\"x\",\"request_id\":\"id-1\"}\n");
  const Answer later = error_answer(503, "x", 2, envelope());
  CHECK(later.status == 503);
  CHECK(later.retry_after == 7);
  CHECK(later.message.find("\r\nRetry-After: 7\r\n") != std::string::npos);
}

TEST_CASE("an error that another try does not mend says nothing of one") {
  for (const int status : {400, 408, 413, 414, 417, 431, 501, 502, 504, 505}) {
    const Answer answer = error_answer(status, "x", 2, envelope());
    INFO(answer.message);
    CHECK(answer.status == status);
    CHECK(answer.retry_after == 0);
    CHECK(answer.message.find("Retry-After") == std::string::npos);
  }
}

TEST_CASE("an error answer to HEAD has the length of its body but not the body") {
  const std::string message = error_answer(502, "x", 0, envelope(Persistence::keep, true)).message;
  CHECK(message.find("Content-Length: 34\r\n") != std::string::npos);
  CHECK(body_of(message).empty());
}

TEST_CASE("an id of the client's own choosing cannot end the JSON text it stands in") {
  Envelope forged = envelope();
  forged.request_id = "a/b=c";
  CHECK(body_of(error_answer(400, "a \"quoted\" word", 0, forged).message) ==
        "{\"error\":\"a \\\"quoted\\\" word\",\"request_id\":\"a/b=c\"}\n");
}

TEST_CASE("a refusal tells its class where classes are configured, and how long it stood in line") {
  config::Config config;
  gate::Verdict verdict = full();
  verdict.class_name = "st\"orms";
  const auto body = [&](std::optional<std::chrono::seconds> waited = {}) {
    return body_of(refuse_create(refusal_text({verdict, waited}, config), 0, envelope()).message);
  };
  CHECK(body().find("class") == std::string::npos);
  CHECK(body().find("waited_seconds") == std::string::npos);
  config.classes = {{.name = "storms"}};
  CHECK(body().find(R"("reason":"full","class":"st\"orms","retry_after":)") != std::string::npos);
  CHECK(body(std::chrono::seconds(20)).find(R"(,"waited_seconds":20,"retry_after":)") !=
        std::string::npos);
  CHECK(body(std::chrono::seconds(0)).find(R"(,"waited_seconds":0,)") != std::string::npos);
}

TEST_CASE("a refusal says for how long it has waited by its client's wish") {
  gate::Verdict verdict = full();
  CHECK(refused(verdict).message.find("Preference-Applied") == std::string::npos);
  verdict.preference_applied = std::chrono::seconds(0);
  CHECK(refused(verdict).message.find("\r\nPreference-Applied: wait=0\r\n\r\n") !=
        std::string::npos);
  verdict.preference_applied = std::chrono::seconds(60);
  CHECK(refused(verdict).message.find("\r\nPreference-Applied: wait=60\r\n\r\n") !=
        std::string::npos);
}
