#include "admin/answer.h"

#include <regex>

#include "support/catch.h"

namespace taskgate::admin {
namespace {

TEST_CASE("The head of an answer says its length, and that nobody stores it") {
  const std::string head = head_of({503, "application/json", "{}\n", "Vary: Accept\r\n"});
  CHECK(std::regex_match(head, std::regex("HTTP/1\\.1 503 Service Unavailable\r\n"
                                          "Date: [A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} "
                                          "[0-9]{2}:[0-9]{2}:[0-9]{2} GMT\r\n"
                                          "Content-Type: application/json\r\n"
                                          "Content-Length: 3\r\n"
                                          "Cache-Control: no-store\r\n"
                                          "X-Content-Type-Options: nosniff\r\n"
                                          "Connection: close\r\n"
                                          "Vary: Accept\r\n"
                                          "\r\n")));
}

TEST_CASE("The head of an answer that goes on says no length") {
  const std::string head = head_of({200, "text/event-stream", "", "", true});
  CHECK(head.find("Content-Length") == std::string::npos);
  CHECK(head.find("\r\nConnection: close\r\n") != std::string::npos);
}

TEST_CASE("A nonce takes the mark's place wherever it stands, and nothing else changes") {
  Answer shared{200, "text/html", "<a MARK><b MARK>MAR K", "Policy: 'MARK'\r\n"};
  shared.nonce_mark = "MARK";
  const Answer own = with_nonce(shared, "0123456");
  CHECK(own.body == "<a 0123456><b 0123456>MAR K");
  CHECK(own.fields == "Policy: '0123456'\r\n");
  CHECK(shared.body == "<a MARK><b MARK>MAR K");
}

TEST_CASE("A sentence is plain text with a line end") {
  const Answer answer = plain(404, "No.");
  CHECK(answer.status == 404);
  CHECK(answer.content_type == std::string("text/plain; charset=utf-8"));
  CHECK(answer.body == "No.\n");
}

}  // namespace
}  // namespace taskgate::admin
