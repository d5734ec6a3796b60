#include <string>
#include <string_view>
#include <vector>

#include "support/catch.h"
#include "unit/http/feeding.h"

namespace taskgate::http::test {

namespace {

using namespace std::string_literals;

struct RequestRow {
  std::string input;
  std::string expected;
};

void check_requests(const std::vector<RequestRow>& rows, HeadLimits limits = {}) {
  for (const RequestRow& row : rows) {
    INFO(row.input);
    CHECK(read_request(row.input, limits) == row.expected);
  }
}

std::string with_line(std::string_view line) {
  return "GET / HTTP/1.1\r\nHost: a\r\n" + std::string(line) + "\r\n\r\n";
}

std::string with_target(std::string_view target) {
  return "GET " + std::string(target) + " HTTP/1.1\r\n\r\n";
}

}  // namespace

TEST_CASE("well-formed request heads are read as they are") {
  check_requests({
      {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / 1.1 |Host=a"},
      {"GET / HTTP/1.0\r\n\r\n", "GET / 1.0"},
      {"\r\nGET / HTTP/1.1\r\n\r\n", "GET / 1.1"},
      {"POST /api/claude/tasks HTTP/1.1\r\nHost: a:1\r\nContent-Length: 2\r\n\r\n{}",
       "POST /api/claude/tasks 1.1 |Host=a:1 |Content-Length=2"},
      {"BREW / HTTP/1.1\r\n\r\n", "BREW / 1.1"},
      {"get / HTTP/1.1\r\n\r\n", "get / 1.1"},
      {"!#$%&'*+-.^_`|~09azAZ / HTTP/1.1\r\n\r\n", "!#$%&'*+-.^_`|~09azAZ / 1.1"},
      {"GET / HTTP/1.1\r\nA:\r\nB: \t \r\nC:c\r\nD: \td d\t \r\na: again\r\n\r\n",
       "GET / 1.1 |A= |B= |C=c |D=d d |a=again"},
      {"GET / HTTP/1.1\r\n!#$%&'*+-.^_`|~09azAZ: x\r\n\r\n", "GET / 1.1 |!#$%&'*+-.^_`|~09azAZ=x"},
      {with_line("X: \x80\xA0\xFF\tlong enough to be looked at by words"),
       "GET / 1.1 |Host=a |X=\x80\xA0\xFF\tlong enough to be looked at by words"},
      {with_line("X: a:b,c;d=\"e\""), "GET / 1.1 |Host=a |X=a:b,c;d=\"e\""},
  });
}

TEST_CASE("the forms of a target are taken verbatim") {
  check_requests({
      {with_target("//bearer-api/oauth/./x/../%2f%zz?q=1?&;x"),
       "GET //bearer-api/oauth/./x/../%2f%zz?q=1?&;x 1.1"},
      {with_target("/\"<>\\^`{|}[]~!"), "GET /\"<>\\^`{|}[]~! 1.1"},
      {with_target("http://a"), "GET http://a 1.1"},
      {with_target("HTTPS://[::1]:8080/x?y"), "GET HTTPS://[::1]:8080/x?y 1.1"},
      {with_target("http://a:/"), "GET http://a:/ 1.1"},
      {with_target("http://a?q"), "GET http://a?q 1.1"},
      {"OPTIONS * HTTP/1.1\r\n\r\n", "OPTIONS * 1.1"},
      {"OPTIONS /x HTTP/1.1\r\n\r\n", "OPTIONS /x 1.1"},
      {"CONNECT a:443 HTTP/1.1\r\n\r\n", "CONNECT a:443 1.1"},
      {"CONNECT [::1]:443 HTTP/1.1\r\n\r\n", "CONNECT [::1]:443 1.1"},
  });
}

TEST_CASE("targets of no form are refused") {
  const std::string malformed = "400 malformed request target";
  const std::string authority = "400 invalid authority in the target";
  const std::string star = "400 target * with another method than OPTIONS";
  check_requests({
      {with_target("x"), malformed},
      {with_target("x/y"), malformed},
      {with_target("?x"), malformed},
      {with_target("a:80"), malformed},
      {with_target("ftp://a/"), malformed},
      {with_target("http:/a"), malformed},
      {with_target("http:"), malformed},
      {with_target("**"), malformed},
      {with_target("*/"), malformed},
      {with_target("*"), star},
      {"CONNECT * HTTP/1.1\r\n\r\n", star},
      {"PRI * HTTP/1.1\r\n\r\n", star},
      {"CONNECT / HTTP/1.1\r\n\r\n", "400 CONNECT without host and port"},
      {"CONNECT a HTTP/1.1\r\n\r\n", "400 CONNECT without host and port"},
      {"CONNECT a: HTTP/1.1\r\n\r\n", "400 CONNECT without host and port"},
      {"CONNECT :443 HTTP/1.1\r\n\r\n", "400 CONNECT without host and port"},
      {"CONNECT http://a:443 HTTP/1.1\r\n\r\n", "400 CONNECT without host and port"},
      {with_target("http://"), authority},
      {with_target("http:///x"), authority},
      {with_target("http://?x"), authority},
      {with_target("http://:80/"), authority},
      {with_target("http://u@a/"), authority},
      {with_target("http://u:p@a/"), authority},
      {with_target("http://a\\b/"), authority},
      {with_target("http://a,b/"), authority},
      {with_target("http://a:8x/"), authority},
      {with_target("http://a:1:2/"), authority},
      {with_target("http://a%2/"), authority},
      {with_target("http://[::1/"), authority},
      {with_target("http://[::g]/"), authority},
      {with_target("http://[::1]x/"), authority},
      {with_target("http://[]/"), authority},
      {with_target("/#x"), "400 fragment in the target"},
      {with_target("#x"), "400 fragment in the target"},
      {with_target("/\x7F"), "400 invalid byte in the target"},
      {with_target("/\x80"), "400 invalid byte in the target"},
      {with_target("/\xA0"), "400 invalid byte in the target"},
      {with_target("/\x1F"), "400 invalid byte in the target"},
      {with_target("/\0x"s), "400 invalid byte in the target"},
  });
}

TEST_CASE("malformed request lines are refused") {
  const std::string spaces = "400 more than one space in the request line";
  const std::string version = "400 malformed HTTP version";
  check_requests({
      {"\r\n\r\nGET / HTTP/1.1\r\n\r\n", "400 more than one empty line"},
      {"\nGET / HTTP/1.1\r\n\r\n", "400 bare LF"},
      {"\r\n\nGET / HTTP/1.1\r\n\r\n", "400 bare LF"},
      {"\rGET / HTTP/1.1\r\n\r\n", "400 bare CR"},
      {" GET / HTTP/1.1\r\n\r\n", "400 white space before the request line"},
      {"\tGET / HTTP/1.1\r\n\r\n", "400 white space before the request line"},
      {"\x16\x03\x01\x02\x00\x01"s, "400 TLS on a plain HTTP port"},
      {"\x80\x2E\x01", "400 invalid byte in the method"},
      {"\0"s, "400 invalid byte in the method"},
      {"GET\r\n\r\n", "400 request line of one word"},
      {"GET\n", "400 bare LF"},
      {"G(T / HTTP/1.1\r\n\r\n", "400 invalid byte in the method"},
      {"G:T / HTTP/1.1\r\n\r\n", "400 invalid byte in the method"},
      {"GET\t/ HTTP/1.1\r\n\r\n", "400 invalid byte in the method"},
      {"GET\x0B/ HTTP/1.1\r\n\r\n", "400 invalid byte in the method"},
      {"GET\xA0/ HTTP/1.1\r\n\r\n", "400 invalid byte in the method"},
      {"GET\x85/ HTTP/1.1\r\n\r\n", "400 invalid byte in the method"},
      {"GET  / HTTP/1.1\r\n\r\n", spaces},
      {"GET /  HTTP/1.1\r\n\r\n", spaces},
      {"GET / HTTP/ 1.1\r\n\r\n", spaces},
      {"GET / x HTTP/1.1\r\n\r\n", version},
      {"GET /\tHTTP/1.1\r\n\r\n", "400 invalid byte in the target"},
      {"GET /\r\n\r\n", "400 request line without a version"},
      {"GET /livez\r\n", "400 request line without a version"},
      {"POST /\r\n", "400 request line without a version"},
      {"GET /\n", "400 bare LF"},
      {"GET / \r\n\r\n", version},
      {"GET / http/1.1\r\n\r\n", version},
      {"GET / Http/1.1\r\n\r\n", version},
      {"GET / HTTP1.1\r\n\r\n", version},
      {"GET / HTTP/1\r\n\r\n", version},
      {"GET / HTTP/1.\r\n\r\n", version},
      {"GET / HTTP/.1\r\n\r\n", version},
      {"GET / HTTP/01.1\r\n\r\n", version},
      {"GET / HTTP/1.10\r\n\r\n", version},
      {"GET / HTTP/1.1x\r\n\r\n", version},
      {"GET / HTTP/1.1 \r\n\r\n", version},
      {"GET / HTTP/1.1\t\r\n\r\n", version},
      {"GET / HTTPS/1.1\r\n\r\n", version},
      {"GET / HTTP/1.1\n\r\n", "400 bare LF"},
      {"GET / HTTP/1.1\rHost: a\r\n\r\n", "400 bare CR"},
      {"GET / HTTP/1.1\r\r\n\r\n", "400 bare CR"},
  });
}

TEST_CASE("versions other than 1.0 and 1.1 are not supported") {
  const std::string version = "505 HTTP version not supported";
  check_requests({
      {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", version},
      {"GET / HTTP/2.0\r\n\r\n", version},
      {"GET / HTTP/0.9\r\n\r\n", version},
      {"GET / HTTP/1.2\r\n\r\n", version},
      {"GET / HTTP/1.9\r\n\r\n", version},
      {"GET / HTTP/3.1\r\n\r\n", version},
  });
}

TEST_CASE("malformed field lines are refused") {
  const std::string space = "400 white space in a field name";
  const std::string name = "400 invalid byte in a field name";
  const std::string control = "400 control byte in a field value";
  check_requests({
      {with_line("Content-Length : 5"), space},
      {with_line("Content-Length\t: 5"), space},
      {with_line("X Y: 5"), space},
      {with_line(": x"), "400 empty field name"},
      {with_line(" X: y"), "400 folded header line"},
      {with_line("\tX: y"), "400 folded header line"},
      {with_line("X: y\r\n z"), "400 folded header line"},
      {with_line("X: y\r\n\tz"), "400 folded header line"},
      {with_line("X: y\r\n \r\nZ: z"), "400 folded header line"},
      {"GET / HTTP/1.1\r\n Host: a\r\n\r\n", "400 folded header line"},
      {with_line("X"), "400 header line without a colon"},
      {with_line("X@y: z"), name},
      {with_line("X(y): z"), name},
      {with_line("X\"y: z"), name},
      {with_line("{X}: z"), name},
      {with_line("X\x80: z"), name},
      {with_line("\x80: z"), name},
      {with_line("X\0: z"s), name},
      {with_line("X\x7F: z"), name},
      {with_line("X: a\0b"s), "400 NUL in a field value"},
      {with_line("X: a\x01 and enough bytes for a word"), control},
      {with_line("X: enough bytes for a word and\x7F then some more"), control},
      {with_line("X: a\x1F"), control},
      {with_line("X: a\x0B"), control},
      {with_line("X: a\x0C"), control},
      {with_line("X: a\x08"), control},
      {"GET / HTTP/1.1\r\nX: a\nHost: b\r\n\r\n", "400 bare LF"},
      {"GET / HTTP/1.1\r\nX\n", "400 bare LF"},
      {"GET / HTTP/1.1\r\n\n", "400 bare LF"},
      {"GET / HTTP/1.1\r\nX: a\r\n\n", "400 bare LF"},
      {"GET / HTTP/1.1\r\nX: a\rHost: b\r\n\r\n", "400 bare CR"},
      {"GET / HTTP/1.1\r\nX: a\r\r\n\r\n", "400 bare CR"},
      {"GET / HTTP/1.1\r\nX: a\r\n\rGET", "400 bare CR"},
  });
}

TEST_CASE("only HTAB and the bytes above 0x7F of the unusual ones may stand in a field value") {
  for (int byte = 0; byte < 256; ++byte) {
    const char unusual = static_cast<char>(byte);
    const bool allowed = byte == '\t' || byte >= 0x80 || (byte >= 0x20 && byte != 0x7F);
    for (const std::string_view before : {"x", "long enough to be a word"}) {
      const std::string input =
          with_line("X: " + std::string(before) + unusual + "after, also long");
      INFO(byte);
      CHECK((read_request(input).substr(0, 4) == "GET ") == allowed);
    }
  }
}

TEST_CASE("only token bytes may stand in a field name and in the method") {
  const std::string_view marks = "!#$%&'*+-.^_`|~";
  for (int byte = 0; byte < 256; ++byte) {
    const char unusual = static_cast<char>(byte);
    const bool digit = byte >= '0' && byte <= '9';
    const bool letter = (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
    const bool token = digit || letter || (byte != 0 && marks.find(unusual) != marks.npos);
    INFO(byte);
    const std::string field = with_line("X"s + unusual + "y: z");
    CHECK((read_request(field).substr(0, 4) == "GET ") == (token || unusual == ':'));
    const std::string method = "G"s + unusual + " / HTTP/1.1\r\n\r\n";
    CHECK((read_request(method).substr(0, 1) == "G") == token);
  }
}

TEST_CASE("a fault is reported as soon as its byte is there") {
  const std::vector<RequestRow> rows{
      {"\x16", "400 TLS on a plain HTTP port"},
      {"GET  ", "400 more than one space in the request line"},
      {"GET x ", "400 malformed request target"},
      {"GET / h", "400 malformed HTTP version"},
      {"GET /livez\r", "400 request line without a version"},
      {"PRI * HTTP/2.0\r\n", "505 HTTP version not supported"},
      {"GET / HTTP/1.1\r\n ", "400 folded header line"},
      {"GET / HTTP/1.1\r\nX ", "400 white space in a field name"},
      {"GET / HTTP/1.1\r\nX: a\n", "400 bare LF"},
      {"GET / HTTP/1.1\r\nX: a\ra", "400 bare CR"},
      {"GET / HTTP/1.1\r\nX: \x01", "400 control byte in a field value"},
  };
  check_requests(rows);
  for (const RequestRow& row : rows) {
    INFO(row.input);
    CHECK(read_request(row.input.substr(0, row.input.size() - 1)) == "need more");
  }
}

TEST_CASE("a head may be as large as its limit and no larger") {
  const std::string input = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  const std::string expected = "GET / 1.1 |Host=a";
  CHECK(read_request(input, {.bytes = input.size()}) == expected);
  CHECK(read_request(input + "more", {.bytes = input.size()}) == expected);
  CHECK(read_request(input, {.bytes = input.size() - 1}) == "431 request head too large");
  CHECK(read_request(input, {.bytes = 17}) == "431 request head too large");
}

TEST_CASE("the part that overflows decides the status") {
  const HeadLimits limits{.bytes = 32};
  const std::string many(40, 'x');
  check_requests(
      {
          {"GET /" + many, "414 request target too long"},
          {"GET /" + many.substr(0, 22) + " HTTP/1.1\r\n\r\n", "414 request target too long"},
          {many, "501 method too long"},
          {many + " / HTTP/1.1\r\n\r\n", "501 method too long"},
          {"GET / HTTP/1.1\r\n" + many, "431 request head too large"},
          {"GET / HTTP/1.1\r\nX: " + many, "431 request head too large"},
      },
      limits);
}

TEST_CASE("a fault within the limit is told, one behind it is not looked at") {
  const HeadLimits limits{.bytes = 20};
  check_requests({{"GET / HTTP/1.1\r\nX: \x01", "400 control byte in a field value"},
                  {"GET / HTTP/1.1\r\nX:  \x01", "431 request head too large"}},
                 limits);
}

TEST_CASE("more field lines than the limit are refused when the first of them begins") {
  const std::string start = "GET / HTTP/1.1\r\nA: 1\r\nB: 2\r\n";
  CHECK(read_request(start + "\r\n", {.fields = 2}) == "GET / 1.1 |A=1 |B=2");
  CHECK(read_request(start + "C", {.fields = 2}) == "431 too many header fields");
  CHECK(read_request("GET / HTTP/1.1\r\n\r\n", {.fields = 0}) == "GET / 1.1");
}

TEST_CASE("the default limits take 100 field lines and 64 KiB") {
  const auto head_of = [](std::size_t lines) {
    std::string head = "GET / HTTP/1.1\r\n";
    for (std::size_t i = 0; i < lines; ++i) head += "X: y\r\n";
    return head + "\r\n";
  };
  CHECK(read_request(head_of(100)).substr(0, 20) == "GET / 1.1 |X=y |X=y ");
  CHECK(read_request(head_of(101)) == "431 too many header fields");
}

TEST_CASE("a parser that failed stays failed") {
  RequestParser parser(HeadLimits{});
  CHECK(parser.parse("GET  /") == Progress::failed);
  CHECK(parser.parse("GET  / HTTP/1.1\r\n\r\n") == Progress::failed);
  CHECK(parser.refusal().status == 400);
}

TEST_CASE("a parser that was reset reads the next request") {
  RequestParser parser(HeadLimits{});
  REQUIRE(parser.parse("\r\nPOST /a HTTP/1.0\r\nA: 1\r\nB: 2\r\n\r\n") == Progress::complete);
  parser.reset();
  const std::string next = "GET /b HTTP/1.1\r\nC: 3\r\n\r\n";
  REQUIRE(parser.parse(next) == Progress::complete);
  CHECK(parser.head().method == "GET");
  CHECK(parser.head().target == "/b");
  CHECK(parser.head().minor_version == 1);
  REQUIRE(parser.head().fields.size() == 1);
  CHECK(parser.head().fields[0].name == "C");
  CHECK(parser.head().size == next.size());
  parser.reset();
  CHECK(parser.parse("\x16") == Progress::failed);
  parser.reset();
  CHECK(parser.parse(next) == Progress::complete);
}

}  // namespace taskgate::http::test
