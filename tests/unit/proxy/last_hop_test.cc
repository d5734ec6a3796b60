#include "proxy/last_hop.h"

#include "support/catch.h"

using namespace taskgate;
using namespace taskgate::proxy;

namespace {

std::string answer_to(const std::string& method, const std::string& fields) {
  const std::string request = method + " /a?b HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n";
  http::RequestParser parser({});
  REQUIRE(parser.parse(request) == http::Progress::complete);
  return last_hop_answer(parser.head(), {"today", "id-1", Persistence::close});
}

std::string body_in(const std::string& message) {
  return message.substr(message.find("\r\n\r\n") + 4);
}

}  // namespace

TEST_CASE("TRACE gives back where the request has been and in what form it came") {
  CHECK(body_in(
            answer_to("TRACE", "via: 1.1 a\r\nMax-Forwards: 0\r\nX-Forwarded-For: 10.1.2.3\r\n")) ==
        "TRACE /a?b HTTP/1.1\r\nHost: h\r\nvia: 1.1 a\r\nMax-Forwards: 0\r\n"
        "X-Forwarded-For: 10.1.2.3\r\n\r\n");
}

TEST_CASE("TRACE keeps to itself what may be secret, whatever it is called") {
  for (const char* name :
       {"Authorization", "Proxy-Authorization", "Cookie", "X-Auth-Request-Access-Token",
        "X-Api-Key", "X-Forwarded-Access-Token", "X-Goog-Iap-Jwt-Assertion",
        "Cf-Access-Jwt-Assertion", "X-Amzn-Oidc-Data", "X-Vault-Token", "X-Csrf-Token",
        "X-Webhook-Signature", "X-Forwarded-User", "Sec-WebSocket-Key", "X-A-Name-Of-Tomorrow"}) {
    CHECK(body_in(answer_to("TRACE", std::string(name) + ": s3cret\r\n")) ==
          "TRACE /a?b HTTP/1.1\r\nHost: h\r\n\r\n");
  }
}

TEST_CASE("OPTIONS is told the methods, and both who answers") {
  CHECK(answer_to("OPTIONS", "").find("\r\nAllow: GET, ") != std::string::npos);
  CHECK(body_in(answer_to("OPTIONS", "")) == kGateAnswers);
  for (const char* method : {"OPTIONS", "TRACE"}) {
    const std::string message = answer_to(method, "");
    CHECK(message.find("\r\nServer: taskgate\r\n") != std::string::npos);
    CHECK(message.find("\r\nDate: today\r\n") != std::string::npos);
    CHECK(message.find("\r\nX-Request-Id: id-1\r\n") != std::string::npos);
  }
}
