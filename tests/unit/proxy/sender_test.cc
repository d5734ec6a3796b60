#include "proxy/sender.h"

#include <set>
#include <string>

#include "support/catch.h"

namespace taskgate::proxy {
namespace {

gate::Sender sender(const std::string& fields, const std::string& target = "/tasks",
                    const std::string& rule_name = "task") {
  const std::string text = "POST " + target + " HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n";
  http::RequestParser parser(http::HeadLimits{});
  REQUIRE(parser.parse(text) == http::Progress::complete);
  route::Rule rule;
  rule.name = rule_name;
  return sender_of(rule, parser.head());
}

TEST_CASE("senders differ by whatever may carry a login, by target and by rule") {
  const std::set<gate::Sender> senders{
      sender(""),
      sender("Authorization: Bearer a\r\n"),
      sender("Authorization: Bearer b\r\n"),
      sender("Cookie: session=a\r\n"),
      sender("X-Auth-Request-User: a\r\n"),
      sender("X-Auth-Request-Email: a@b\r\n"),
      sender("X-Auth-Token: t\r\n"),
      sender("X-Api-Key: k\r\n"),
      sender("Remote-User: r\r\n"),
      sender("X-Forwarded-User: f\r\n"),
      sender("Cookie: session=a\r\nAuthorization: Bearer a\r\n"),
      sender("", "/hooks/a"),
      sender("", "/tasks", "hook"),
  };
  CHECK(senders.size() == 13);
}

TEST_CASE("a sender's name for a field and all else that it says make no other sender") {
  CHECK(sender("AUTHORIZATION: Bearer a\r\n") == sender("Authorization: Bearer a\r\n"));
  for (const std::string fields :
       {"X-Hub-Signature-256: sha256=1\r\n", "X-Signature: 1\r\n", "X-Request-Id: 1\r\n",
        "Content-Length: 1\r\n", "User-Agent: x\r\n", "X-Forwarded-For: 10.0.0.1\r\n",
        "X-Auth: 1\r\n", "Idempotency-Key: 1\r\n"}) {
    CAPTURE(fields);
    CHECK(sender(fields) == sender(""));
  }
}

}  // namespace
}  // namespace taskgate::proxy
