#include <string>
#include <string_view>
#include <vector>

#include "support/catch.h"
#include "unit/http/feeding.h"

namespace taskgate::http::test {

namespace {

using namespace std::string_literals;

struct ResponseRow {
  std::string input;
  std::string expected;
};

void check_responses(const std::vector<ResponseRow>& rows) {
  for (const ResponseRow& row : rows) {
    INFO(row.input);
    CHECK(read_response(row.input) == row.expected);
  }
}

std::string answer_with(std::string_view line) {
  return "HTTP/1.1 200 OK\r\n" + std::string(line) + "\r\n\r\n";
}

struct FramingRow {
  std::string_view method;
  std::string_view start;  // "HTTP/1.1 200"
  std::string_view lines;  // each with its CRLF
  std::string expected;
};

std::string framing_of(const FramingRow& row) {
  std::string input(row.start);
  input.append("\r\n").append(row.lines).append("\r\n");
  ResponseParser parser(HeadLimits{});
  REQUIRE(parser.parse(input) == Progress::complete);
  const ResponseRules rules = examine(parser.head(), row.method);
  return rules.fault == nullptr ? to_string(rules.body) : std::string("fault: ") + rules.fault;
}

void check_framing(const std::vector<FramingRow>& rows) {
  for (const FramingRow& row : rows) {
    INFO(row.method << " " << row.start << "\n" << row.lines);
    CHECK(framing_of(row) == row.expected);
  }
}

}  // namespace

TEST_CASE("well-formed answers are read as they are") {
  check_responses({
      {"HTTP/1.1 200 OK\r\nServer: a\r\n\r\nbody", "200 1.1 reason=OK |Server=a"},
      {"HTTP/1.0 404 Not Found\r\n\r\n", "404 1.0 reason=Not Found"},
      {"HTTP/1.1 200 \r\n\r\n", "200 1.1 reason="},
      {"HTTP/1.1 200\r\n\r\n", "200 1.1 reason="},
      {"HTTP/1.9 599 x\r\n\r\n", "599 1.9 reason=x"},
      {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", "100 1.1 reason=Continue"},
      {"HTTP/1.1 200  two spaces\t\x80\r\n\r\n", "200 1.1 reason= two spaces\t\x80"},
      {answer_with("X:\ty \r\nX: z"), "200 1.1 reason=OK |X=y |X=z"},
  });
}

TEST_CASE("malformed status lines are faults") {
  const std::string line = "fault: malformed status line";
  check_responses({
      {"\r\nHTTP/1.1 200 OK\r\n\r\n", line},
      {"ICY 200 OK\r\n\r\n", line},
      {"<html>", line},
      {"http/1.1 200 OK\r\n\r\n", line},
      {"HTTP/2.0 200 OK\r\n\r\n", line},
      {"HTTP/0.9 200 OK\r\n\r\n", line},
      {"HTTP/1.10 200 OK\r\n\r\n", line},
      {"HTTP/1.x 200 OK\r\n\r\n", line},
      {"HTTP/1.1  200 OK\r\n\r\n", line},
      {"HTTP/1.1\t200 OK\r\n\r\n", line},
      {"HTTP/1.1 20 OK\r\n\r\n", line},
      {"HTTP/1.1 2000 OK\r\n\r\n", line},
      {"HTTP/1.1 +20 OK\r\n\r\n", line},
      {"HTTP/1.1 200OK\r\n\r\n", line},
      {"HTTP/1.1 200\tOK\r\n\r\n", line},
      {"HTTP/1.1 200\n\n", line},
      {"HTTP/1.1 099 x\r\n\r\n", "fault: status outside 100 to 599"},
      {"HTTP/1.1 600 x\r\n\r\n", "fault: status outside 100 to 599"},
      {"HTTP/1.1 000 x\r\n\r\n", "fault: status outside 100 to 599"},
      {"HTTP/1.1 200 OK\n\n", "fault: bare LF"},
      {"HTTP/1.1 200 OK\rX: y\r\n\r\n", "fault: bare CR"},
      {"HTTP/1.1 200\rX", "fault: bare CR"},
      {"HTTP/1.1 200 O\0K\r\n\r\n"s, "fault: control byte in the status line"},
      {"HTTP/1.1 200 O\x1BK\r\n\r\n", "fault: control byte in the status line"},
      {"HTTP/1.1 200 O\x7FK\r\n\r\n", "fault: control byte in the status line"},
  });
}

TEST_CASE("malformed field lines of an answer are faults") {
  check_responses({
      {answer_with("X: y\r\n z"), "fault: folded header line"},
      {answer_with(" X: y"), "fault: folded header line"},
      {answer_with("Content-Length : 5"), "fault: white space in a field name"},
      {answer_with("X"), "fault: header line without a colon"},
      {answer_with(": y"), "fault: empty field name"},
      {answer_with("X@: y"), "fault: invalid byte in a field name"},
      {answer_with("X: \0"s), "fault: NUL in a field value"},
      {answer_with("X: \x01"), "fault: control byte in a field value"},
      {"HTTP/1.1 200 OK\r\nX: y\n\r\n", "fault: bare LF"},
      {"HTTP/1.1 200 OK\r\nX: y\rZ: z\r\n\r\n", "fault: bare CR"},
      {"HTTP/1.1 200 OK\r\nX: y", "need more"},
      {"", "need more"},
  });
}

TEST_CASE("the head of an answer has limits") {
  const std::string input = "HTTP/1.1 200 OK\r\nA: 1\r\nB: 2\r\n\r\n";
  CHECK(read_response(input, {.bytes = input.size()}) == "200 1.1 reason=OK |A=1 |B=2");
  CHECK(read_response(input, {.bytes = input.size() - 1}) == "fault: response head too large");
  CHECK(read_response(input, {.fields = 2}) == "200 1.1 reason=OK |A=1 |B=2");
  CHECK(read_response(input, {.fields = 1}) == "fault: too many header fields");
}

TEST_CASE("an answer's parser reads the next head after reset") {
  const std::string two = "HTTP/1.1 100 Continue\r\nX: y\r\n\r\nHTTP/1.0 201\r\n\r\n";
  ResponseParser parser(HeadLimits{});
  REQUIRE(parser.parse(two) == Progress::complete);
  CHECK(parser.head().status_line == "HTTP/1.1 100 Continue\r\n");
  const std::string next = two.substr(parser.head().size);
  parser.reset();
  REQUIRE(parser.parse(next) == Progress::complete);
  CHECK(parser.head().status == 201);
  CHECK(parser.head().status_line == "HTTP/1.0 201\r\n");
  CHECK(parser.head().minor_version == 0);
  CHECK(parser.head().reason.empty());
  CHECK(parser.head().fields.empty());
  CHECK(parser.head().size == next.size());
}

TEST_CASE("the body of an answer is framed by its status, its method and one sound field") {
  check_framing({
      {"GET", "HTTP/1.1 200", "Content-Length: 5\r\n", "length 5"},
      {"GET", "HTTP/1.1 200", "Content-Length: 0\r\n", "none"},
      {"GET", "HTTP/1.1 200", "Transfer-Encoding: Chunked\r\n", "chunked"},
      {"GET", "HTTP/1.1 200", "Connection: close, X-A\r\nTransfer-Encoding: chunked\r\n",
       "chunked without X-A"},
      {"GET", "HTTP/1.9 200", "Transfer-Encoding: chunked\r\n", "chunked"},
      {"GET", "HTTP/1.1 200", "", "until close"},
      {"GET", "HTTP/1.0 200", "", "until close"},
      {"GET", "HTTP/1.0 200", "Content-Length: 5\r\n", "length 5"},
      {"POST", "HTTP/1.1 205", "", "until close"},
      {"POST", "HTTP/1.1 205", "Content-Length: 3\r\n", "length 3"},
      {"HEAD", "HTTP/1.1 200", "Content-Length: 5\r\n", "none"},
      {"HEAD", "HTTP/1.1 200", "Transfer-Encoding: chunked\r\n", "none"},
      {"head", "HTTP/1.1 200", "Content-Length: 5\r\n", "length 5"},
      {"GET", "HTTP/1.1 304", "Content-Length: 5\r\n", "none"},
      {"GET", "HTTP/1.1 204", "", "none"},
      {"GET", "HTTP/1.1 204", "Content-Length: 5\r\n", "none"},
      {"GET", "HTTP/1.1 204", "Content-Length: 5\r\nTransfer-Encoding: x\r\n", "none"},
      {"GET", "HTTP/1.1 100", "Transfer-Encoding: chunked\r\n", "none"},
      {"GET", "HTTP/1.1 101", "Content-Length: 5\r\n", "none"},
      {"GET", "HTTP/1.1 199", "", "none"},
  });
}

TEST_CASE("ambiguous framing of an answer is a fault") {
  const std::string both = "fault: both Transfer-Encoding and Content-Length";
  const std::string coding = "fault: Transfer-Encoding does not end in chunked";
  check_framing({
      {"GET", "HTTP/1.1 200", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", both},
      {"HEAD", "HTTP/1.1 200", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", both},
      {"GET", "HTTP/1.1 304", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", both},
      {"GET", "HTTP/1.0 200", "Transfer-Encoding: chunked\r\n",
       "fault: Transfer-Encoding in HTTP/1.0"},
      {"GET", "HTTP/1.1 200", "Transfer-Encoding: gzip\r\n", coding},
      {"GET", "HTTP/1.1 200", "Transfer-Encoding: identity\r\n", coding},
      {"GET", "HTTP/1.1 200", "Transfer-Encoding:\r\n", coding},
      {"GET", "HTTP/1.1 200", "Transfer-Encoding: gzip, chunked\r\n",
       "fault: unknown transfer coding"},
      {"GET", "HTTP/1.1 200", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
       "fault: repeated Transfer-Encoding"},
      {"GET", "HTTP/1.1 200", "Content-Length: 5\r\nContent-Length: 5\r\n",
       "fault: repeated Content-Length"},
      {"GET", "HTTP/1.1 200", "Content-Length: 5, 5\r\n", "fault: invalid Content-Length"},
      {"GET", "HTTP/1.1 200", "Content-Length: -1\r\n", "fault: invalid Content-Length"},
      {"GET", "HTTP/1.1 200", "Content-Length:\r\n", "fault: invalid Content-Length"},
  });
}

TEST_CASE("the number of an answer's Connection options is bounded") {
  std::string line = "Connection: x";
  for (int i = 0; i < 100; ++i) line += ",x";
  line += "\r\n";
  check_framing({{"GET", "HTTP/1.1 200", line, "fault: too many connection options"}});
}

TEST_CASE("a connection may go on behind an answer of HTTP/1.1 that has an end of its own") {
  struct Persistence {
    std::string method, start, fields;
    bool goes_on;
  };
  const auto row = GENERATE(values<Persistence>({
      {"GET", "HTTP/1.1 200", "Content-Length: 5\r\n", true},
      {"GET", "HTTP/1.1 200", "Content-Length: 0\r\n", true},
      {"GET", "HTTP/1.1 200", "Transfer-Encoding: chunked\r\n", true},
      {"GET", "HTTP/1.1 200", "Connection: keep-alive, x\r\nContent-Length: 5\r\n", true},
      {"HEAD", "HTTP/1.1 200", "", true},
      {"GET", "HTTP/1.1 304", "", true},
      {"GET", "HTTP/1.1 204", "", true},
      {"GET", "HTTP/1.1 204", "Connection: close\r\n", false},
      {"GET", "HTTP/1.1 204", "Content-Length: 5\r\n", false},
      {"GET", "HTTP/1.1 204", "Transfer-Encoding: chunked\r\n", false},
      {"GET", "HTTP/1.1 200", "", false},
      {"GET", "HTTP/1.1 200", "Connection: x, Close\r\nContent-Length: 5\r\n", false},
      {"GET", "HTTP/1.1 200", "Connection: \"\r\nContent-Length: 5\r\n", false},
      {"GET", "HTTP/1.0 200", "Content-Length: 5\r\n", false},
      {"GET", "HTTP/1.0 200", "Connection: keep-alive\r\nContent-Length: 5\r\n", false},
  }));
  CAPTURE(row.method, row.start, row.fields);
  ResponseParser parser(HeadLimits{});
  const std::string head = row.start + " x\r\n" + row.fields + "\r\n";
  REQUIRE(parser.parse(head) == Progress::complete);
  CHECK(examine(parser.head(), row.method).keep_alive == row.goes_on);
}

}  // namespace taskgate::http::test
