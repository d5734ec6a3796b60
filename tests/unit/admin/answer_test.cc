#include "admin/answer.h"

#include <regex>

#include "support/catch.h"

namespace taskgate::admin {
namespace {

TEST_CASE("An answer is one whole message that nobody stores") {
  const std::string message =
      serialize({503, "application/json", "{}\n", "Vary: Accept\r\n"}, /*with_body=*/true);
  CHECK(std::regex_match(message, std::regex("HTTP/1\\.1 503 Service Unavailable\r\n"
                                             "Date: [A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} "
                                             "[0-9]{2}:[0-9]{2}:[0-9]{2} GMT\r\n"
                                             "Content-Type: application/json\r\n"
                                             "Content-Length: 3\r\n"
                                             "Cache-Control: no-store\r\n"
                                             "X-Content-Type-Options: nosniff\r\n"
                                             "Connection: close\r\n"
                                             "Vary: Accept\r\n"
                                             "\r\n"
                                             "\\{\\}\n")));
}

TEST_CASE("The answer to a HEAD has the length of the body and not the body") {
  const std::string message = serialize(plain(200, "ok"), /*with_body=*/false);
  CHECK(message.find("\r\nContent-Length: 3\r\n") != std::string::npos);
  CHECK(message.ends_with("\r\n\r\n"));
}

TEST_CASE("The head of an answer that goes on says no length") {
  const std::string message = serialize({200, "text/event-stream", "", "", true}, true);
  CHECK(message.find("Content-Length") == std::string::npos);
  CHECK(message.find("\r\nConnection: close\r\n") != std::string::npos);
}

TEST_CASE("A sentence is plain text with a line end") {
  const Answer answer = plain(404, "No.");
  CHECK(answer.status == 404);
  CHECK(answer.content_type == std::string("text/plain; charset=utf-8"));
  CHECK(answer.body == "No.\n");
}

}  // namespace
}  // namespace taskgate::admin
