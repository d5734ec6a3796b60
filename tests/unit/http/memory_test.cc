// What the data path allocates is counted.
#include <string>

#include "http/body.h"
#include "http/head.h"
#include "http/rewrite.h"
#include "http/rules.h"
#include "support/allocations.h"
#include "support/catch.h"

namespace taskgate::http::test {

namespace {

// Not chunked: then the names that Connection lists are kept for the trailers, which allocates.
constexpr std::string_view kRequest =
    "POST / HTTP/1.1\r\nHost: a\r\nA: 1\r\nB: 2\r\nC: 3\r\nConnection: keep-alive, C\r\n"
    "Cookie: some-longer-value=that-is-forwarded\r\nContent-Length: 7\r\n\r\n";
constexpr std::string_view kAnswer =
    "HTTP/1.0 200 OK\r\nServer: a\r\nDate: b\r\nConnection: close\r\nContent-Length: 5\r\n\r\n";

bool carry(RequestParser& requests, ResponseParser& answers, std::string& out) {
  out.clear();
  requests.reset();
  answers.reset();
  if (requests.parse(kRequest) != Progress::complete) return false;
  if (!examine(requests.head()).has_value()) return false;
  append_request(out, requests.head(), {.content_length = 5});
  if (answers.parse(kAnswer) != Progress::complete) return false;
  if (examine(answers.head(), "POST").fault != nullptr) return false;
  append_response(out, answers.head(), {.connection = ConnectionField::close});
  BodyScanner body({.kind = BodyKind::chunked});
  return body.feed("5\r\nhello\r\n0\r\n\r\n") == 15;
}

}  // namespace

TEST_CASE("nothing is allocated once parsers and buffers are warm") {
  RequestParser requests(HeadLimits{});
  ResponseParser answers(HeadLimits{});
  std::string out;
  REQUIRE(carry(requests, answers, out));
  const std::size_t before = taskgate::test::allocations();
  const bool carried = carry(requests, answers, out);
  const std::size_t after = taskgate::test::allocations();
  CHECK(carried);
  CHECK(before > 0);
  CHECK(after == before);
}

}  // namespace taskgate::http::test
