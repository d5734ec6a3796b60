// What a parsed head gives: views of the bytes it was read from, its lines and its fields.
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "support/catch.h"
#include "unit/http/pieces.h"

namespace taskgate::http::test {

TEST_CASE("a head is complete with its last byte and not before") {
  const std::string input = "\r\nPOST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody";
  const auto parsed = parse_in_pieces<RequestParser>(input, byte_by_byte(input));
  REQUIRE(parsed.progress == Progress::complete);
  CHECK(parsed.seen == input.size() - 4);
  CHECK(parsed.parser.head().size == input.size() - 4);
}

TEST_CASE("the lines of a head stand side by side and end in CRLF") {
  const std::string input = "\r\nGET /x HTTP/1.1\r\nHost:a \r\nX:\r\n\r\n";
  const auto parsed = parse_in_pieces<RequestParser>(input, whole(input));
  REQUIRE(parsed.progress == Progress::complete);
  const RequestHead& head = parsed.parser.head();
  CHECK(head.request_line == "GET /x HTTP/1.1\r\n");
  REQUIRE(head.fields.size() == 2);
  CHECK(head.fields[0].line() == "Host:a \r\n");
  CHECK(head.fields[1].line() == "X:\r\n");
  CHECK(head.request_line.data() + head.request_line.size() == head.fields[0].line().data());
  CHECK(head.fields[0].line().data() + head.fields[0].line().size() ==
        head.fields[1].line().data());
}

TEST_CASE("views follow the buffer when a complete head is asked for again") {
  std::string first = "GET /first HTTP/1.1\r\nHost: a\r\nX-Empty:  \r\nB:\t1 2 \r\n\r\n";
  const std::string moved = first;
  RequestParser parser(HeadLimits{});
  REQUIRE(parser.parse(first) == Progress::complete);
  REQUIRE(parser.parse(moved) == Progress::complete);
  std::ranges::fill(first, '?');
  CHECK(parser.head().target.data() == moved.data() + 4);
  const auto& fields = parser.head().fields;
  REQUIRE(fields.size() == 3);
  CHECK(fields[0].line() == "Host: a\r\n");
  CHECK(fields[0].value == "a");
  CHECK(fields[0].known == KnownField::host);
  CHECK(fields[1].line() == "X-Empty:  \r\n");
  CHECK(fields[1].value.empty());
  CHECK(fields[2].name == "B");
  CHECK(fields[2].value == "1 2");
}

TEST_CASE("a field is found by its name in any case") {
  const std::vector<Field> fields{
      {.name = "A", .value = "1"}, {.name = "b", .value = "2"}, {.name = "B", .value = "3"}};
  CHECK(find_field(fields, "B")->value == "2");
  CHECK(find_field(fields, "C") == nullptr);
}

TEST_CASE("each field line of a head says which field it is") {
  RequestParser parser(HeadLimits{});
  REQUIRE(parser.parse("GET / HTTP/1.1\r\nhOST: a\r\nX-Other: b\r\nTE: c\r\n\r\n") ==
          Progress::complete);
  const auto& fields = parser.head().fields;
  REQUIRE(fields.size() == 3);
  CHECK(fields[0].known == KnownField::host);
  CHECK(fields[1].known == KnownField::other);
  CHECK(fields[2].known == KnownField::te);
}

TEST_CASE("a head that was moved has the options of Connection where it is now") {
  std::string received =
      "GET / HTTP/1.1\r\nHost: a\r\nConnection: x-b, Upgrade, x-a\r\nUpgrade: c\r\n\r\n";
  RequestParser parser(HeadLimits{});
  REQUIRE(parser.parse(received) == Progress::complete);
  const std::string moved = received;
  REQUIRE(parser.parse(moved) == Progress::complete);
  std::fill(received.begin(), received.end(), '?');
  const ConnectionOptions& options = parser.head().connection;
  CHECK(options.named == std::vector<std::string_view>{"x-a", "x-b"});
  CHECK(options.upgrade_field == &parser.head().fields[1]);
  CHECK(options.upgrade_option == "Upgrade");
  CHECK(options.count == 3);
}

}  // namespace taskgate::http::test
