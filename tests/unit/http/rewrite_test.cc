#include "http/rewrite.h"

#include <string>
#include <string_view>
#include <vector>

#include "support/catch.h"
#include "unit/http/feeding.h"

namespace taskgate::http::test {

namespace {

constexpr std::string_view kLine = "POST /x?y HTTP/1.1\r\n";

struct RewrittenRequest {
  std::string_view lines;
  RequestEdits edits;
  std::string_view expected;
};

std::string rewrite_request(std::string_view request_line, std::string_view lines,
                            const RequestEdits& edits) {
  std::string input(request_line);
  input.append(lines).append("\r\n");
  RequestParser parser(HeadLimits{});
  REQUIRE(parser.parse(input) == Progress::complete);
  std::string out = "before|";
  append_request(out, parser.head(), edits);
  return out;
}

void check_rewritten(const std::vector<RewrittenRequest>& rows) {
  for (const RewrittenRequest& row : rows) {
    INFO(row.lines);
    CHECK(rewrite_request(kLine, row.lines, row.edits) ==
          "before|" + std::string(kLine) + std::string(row.expected) + "\r\n");
  }
}

struct RewrittenResponse {
  std::string_view input;  // without the empty line
  ResponseEdits edits;
  std::string_view expected;
};

void check_answers(const std::vector<RewrittenResponse>& rows) {
  for (const RewrittenResponse& row : rows) {
    INFO(row.input);
    const std::string input = std::string(row.input) + "\r\n";
    ResponseParser parser(HeadLimits{});
    REQUIRE(parser.parse(input) == Progress::complete);
    std::string out = "before|";
    append_response(out, parser.head(), row.edits);
    CHECK(out == "before|" + std::string(row.expected) + "\r\n");
  }
}

}  // namespace

TEST_CASE("order, spelling and repeats of a request's fields stay") {
  const std::string_view lines =
      "hOST:a \r\nX-B:  1\r\nCookie: c\r\nX-B:\t2\r\nContent-Length: 007\r\nAuthorization: Bearer "
      "x\r\nProxy-Authorization: Basic y\r\nTrailer: T\r\nExpect: "
      "100-continue\r\nX-Auth-Request-User: "
      "u\r\nX-Forwarded-For: z\r\nMax-Forwards: 3\r\nVia: 1.1 v\r\nX: \x80\xFF\r\n";
  check_rewritten({{lines, {}, lines}});
}

TEST_CASE("hop-by-hop fields of a request are dropped") {
  check_rewritten({
      {"Host: a\r\nConnection: close\r\nX: y\r\n", {}, "Host: a\r\nX: y\r\n"},
      {"Connection: a, b\r\nA: 1\r\nHost: h\r\nb: 2\r\nC: 3\r\n", {}, "Host: h\r\nC: 3\r\n"},
      {"A: 1\r\nB: 2\r\nConnection: \r\nconnection: x,,A\r\nConnection: b\r\n", {}, ""},
      {"Keep-Alive: 5\r\nProxy-Connection: x\r\nTE: trailers\r\nUpgrade: h2c\r\nHost: a\r\n",
       {},
       "Host: a\r\n"},
      {"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\nA: b\r\n",
       {},
       "A: b\r\n"},
      {"Transfer-Encoding: chunked\r\nTrailer: X\r\n",
       {},
       "Transfer-Encoding: chunked\r\nTrailer: X\r\n"},
      {"A: b\r\nConnection: aa\r\n", {}, "A: b\r\n"},
      {"Connection: expect, max-forwards, trailer, x-forwarded-for\r\nExpect: x\r\nMax-Forwards: "
       "1\r\nTrailer: y\r\nX-Forwarded-For: z\r\n",
       {},
       ""},
  });
}

TEST_CASE("framing fields and Host are never dropped because Connection names them") {
  check_rewritten({{"Connection: host, content-length, x\r\nHost: a\r\nContent-Length: 5\r\n",
                    {},
                    "Host: a\r\nContent-Length: 5\r\n"},
                   {"Connection: transfer-encoding\r\nTransfer-Encoding: chunked\r\n",
                    {},
                    "Transfer-Encoding: chunked\r\n"}});
}

TEST_CASE("the length of a body that was read whole takes the place of its framing") {
  check_rewritten({
      {"A: 1\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\nB: 2\r\n",
       {.content_length = 18},
       "A: 1\r\nContent-Length: 18\r\nB: 2\r\n"},
      {"transfer-encoding: chunked\r\n", {.content_length = 0}, "Content-Length: 0\r\n"},
      {"A: 1\r\ncontent-length:18\r\nB: 2\r\n",
       {.content_length = 18},
       "A: 1\r\ncontent-length:18\r\nB: 2\r\n"},
      {"Content-Length: 0018\r\n", {.content_length = 18}, "Content-Length: 18\r\n"},
      {"Content-Length: 0\r\n", {.content_length = 0}, "Content-Length: 0\r\n"},
      {"A: 1\r\n", {.content_length = 0}, "A: 1\r\n"},
      {"A: 1\r\n", {.content_length = 7}, "A: 1\r\nContent-Length: 7\r\n"},
      {"Content-Length: 1\r\nTransfer-Encoding: chunked\r\nA: 1\r\n",
       {.content_length = 3},
       "Content-Length: 3\r\nA: 1\r\n"},
  });
}

TEST_CASE("Expect is dropped where the gate has answered it") {
  check_rewritten(
      {{"A: 1\r\nExpect: 100-continue\r\nB: 2\r\n", {.drop_expect = true}, "A: 1\r\nB: 2\r\n"}});
}

TEST_CASE("an upgrade is forwarded with its option alone and no more lines than came") {
  check_rewritten({
      {"Host: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nX: y\r\n",
       {.keep_upgrade = true},
       "Host: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX: y\r\n"},
      {"connection: close\r\nCONNECTION:upgrade,Upgrade\r\nConnection: UPGRADE\r\nUpgrade: a\r\n"
       "Upgrade: b\r\n",
       {.keep_upgrade = true},
       "CONNECTION: upgrade\r\nUpgrade: a\r\nUpgrade: b\r\n"},
      {"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\n",
       {.keep_upgrade = true},
       "Connection: Upgrade\r\nUpgrade: h2c\r\n"},
      {"Upgrade: websocket\r\nConnection: close\r\n", {.keep_upgrade = true}, ""},
      {"Upgrade: websocket\r\nConnection: Upgrade\r\n", {}, ""},
  });
}

TEST_CASE(
    "a connection that carries no other request says so, where the client's Connection stood") {
  check_rewritten({
      {"Host: a\r\n", {.close = true}, "Host: a\r\nConnection: close\r\n"},
      {"Host: a\r\nconnection: keep-alive, X\r\nX: 1\r\nConnection: Y\r\nA: 1\r\n",
       {.close = true},
       "Host: a\r\nconnection: close\r\nA: 1\r\n"},
      {"Connection:Upgrade\r\nUpgrade: websocket\r\n",
       {.close = true, .keep_upgrade = true},
       "Connection:Upgrade\r\nUpgrade: websocket\r\n"},
  });
}

TEST_CASE("a body that turned out to be none leaves no word of its framing") {
  check_rewritten({{"Host: a\r\nTransfer-Encoding: chunked\r\nTrailer: T\r\nA: 1\r\n",
                    {.drop_framing = true},
                    "Host: a\r\nA: 1\r\n"}});
}

TEST_CASE("each of many fields is looked up among many named ones, in any case") {
  std::string lines = "Connection: ,,,,z, x9,X1 ,x5,, Y\r\n";
  std::string kept;
  for (const std::string name : {"x0", "X1", "x2", "x5", "X9", "x", "y", "Z", "zz"}) {
    const std::string line = name + ": 1\r\n";
    lines += line;
    if (name == "x0" || name == "x2" || name == "x" || name == "zz") kept += line;
  }
  CHECK(rewrite_request(kLine, lines, {}) == "before|" + std::string(kLine) + kept + "\r\n");
}

TEST_CASE("the client's address goes behind the last X-Forwarded-For") {
  check_rewritten({
      {"Host: a\r\n", {.forwarded_for = "::1"}, "Host: a\r\nX-Forwarded-For: ::1\r\n"},
      {"x-forwarded-for: b\r\nX-Forwarded-For:c\r\nA: 1\r\n",
       {.forwarded_for = "10.0.0.1"},
       "x-forwarded-for: b\r\nX-Forwarded-For: c, 10.0.0.1\r\nA: 1\r\n"},
      {"X-Forwarded-For:\r\n", {.forwarded_for = "10.0.0.1"}, "X-Forwarded-For: 10.0.0.1\r\n"},
      {"X-Forwarded-For: b\r\nConnection: x-forwarded-for\r\n",
       {.forwarded_for = "10.0.0.1"},
       "X-Forwarded-For: 10.0.0.1\r\n"},
  });
}

TEST_CASE("Max-Forwards of OPTIONS and TRACE counts this hop") {
  const auto rewrite = [](std::string_view request_line, std::string_view lines) {
    return rewrite_request(request_line, lines, {});
  };
  CHECK(rewrite("OPTIONS * HTTP/1.1\r\n", "A: 1\r\nmax-forwards:10\r\n") ==
        "before|OPTIONS * HTTP/1.1\r\nA: 1\r\nmax-forwards: 9\r\n\r\n");
  CHECK(rewrite("TRACE / HTTP/1.1\r\n", "Max-Forwards: 1\r\n") ==
        "before|TRACE / HTTP/1.1\r\nMax-Forwards: 0\r\n\r\n");
  CHECK(rewrite("GET / HTTP/1.1\r\n", "Max-Forwards: 10\r\n") ==
        "before|GET / HTTP/1.1\r\nMax-Forwards: 10\r\n\r\n");
}

TEST_CASE("the request line is forwarded byte for byte, a leading empty line is not") {
  CHECK(rewrite_request("\r\nGET //a/../b?%2f HTTP/1.0\r\n", "", {}) ==
        "before|GET //a/../b?%2f HTTP/1.0\r\n\r\n");
}

TEST_CASE("an answer goes out as HTTP/1.1 with the upstream's status and reason") {
  check_answers({
      {"HTTP/1.1 200 Fine\r\nA: 1\r\n", {}, "HTTP/1.1 200 Fine\r\nA: 1\r\n"},
      {"HTTP/1.0 404  Not Found \r\n", {}, "HTTP/1.1 404  Not Found \r\n"},
      {"HTTP/1.0 201 \r\n", {}, "HTTP/1.1 201 \r\n"},
      {"HTTP/1.1 201\r\n", {}, "HTTP/1.1 201 \r\n"},
      {"HTTP/1.7 500 x\r\n", {}, "HTTP/1.1 500 x\r\n"},
  });
}

TEST_CASE("hop-by-hop fields of an answer are dropped, the others stay as they are") {
  const std::string_view kept =
      "HTTP/1.1 200 OK\r\nsERVER:a \r\nSet-Cookie: b\r\nDate: d\r\nSet-Cookie: "
      "c\r\nContent-Length: "
      "5\r\nProxy-Authenticate: Basic\r\nTrailer: t\r\nX-Forwarded-For: z\r\nExpect: e\r\n";
  check_answers({
      {kept, {}, kept},
      {"HTTP/1.1 200 OK\r\nConnection: keep-alive, X\r\nKeep-Alive: 5\r\nProxy-Connection: "
       "a\r\nTE: "
       "b\r\nUpgrade: c\r\nx: d\r\nY: e\r\n",
       {},
       "HTTP/1.1 200 OK\r\nY: e\r\n"},
      {"HTTP/1.1 200 OK\r\nConnection: content-length, transfer-encoding, z\r\nContent-Length: "
       "5\r\n",
       {},
       "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: t\r\n",
       {},
       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: t\r\n"},
  });
}

TEST_CASE("what this hop says itself stands behind the upstream's fields") {
  const std::string_view plain = "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nA: 1\r\n";
  check_answers({
      {plain,
       {.connection = ConnectionField::close},
       "HTTP/1.1 200 OK\r\nA: 1\r\nConnection: close\r\n"},
      {plain,
       {.connection = ConnectionField::keep_alive},
       "HTTP/1.1 200 OK\r\nA: 1\r\nConnection: keep-alive\r\n"},
      {plain, {.add_chunked = true}, "HTTP/1.1 200 OK\r\nA: 1\r\nTransfer-Encoding: chunked\r\n"},
      {plain,
       {.connection = ConnectionField::close, .add_chunked = true},
       "HTTP/1.1 200 OK\r\nA: 1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: t\r\nA: 1\r\n",
       {.connection = ConnectionField::close, .drop_transfer_encoding = true},
       "HTTP/1.1 200 OK\r\nA: 1\r\nConnection: close\r\n"},
      {"HTTP/1.1 101 Switching\r\nConnection: Upgrade, X\r\nUpgrade: websocket\r\nX: y\r\n"
       "Sec-WebSocket-Accept: z\r\n",
       {.connection = ConnectionField::upgrade},
       "HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
       "Sec-WebSocket-Accept: z\r\n"},
      {"HTTP/1.1 101 Switching\r\nA: 1\r\ncONNECTION:UPgrade \r\nUpgrade: websocket\r\n",
       {.connection = ConnectionField::upgrade},
       "HTTP/1.1 101 Switching\r\nA: 1\r\ncONNECTION:UPgrade \r\nUpgrade: websocket\r\n"},
      {"HTTP/1.1 101 Switching\r\nConnection: X\r\nUpgrade: websocket\r\n",
       {.connection = ConnectionField::upgrade},
       "HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: upgrade\r\n"},
  });
}

TEST_CASE("answers that never have a body do not say how one is framed") {
  check_answers({
      {"HTTP/1.1 204 x\r\nContent-Length: 0\r\nA: 1\r\nTransfer-Encoding: chunked\r\n",
       {},
       "HTTP/1.1 204 x\r\nA: 1\r\n"},
      {"HTTP/1.1 103 x\r\nLink: l\r\nContent-Length: 3\r\n", {}, "HTTP/1.1 103 x\r\nLink: l\r\n"},
      {"HTTP/1.1 304 x\r\nContent-Length: 3\r\n", {}, "HTTP/1.1 304 x\r\nContent-Length: 3\r\n"},
  });
}

TEST_CASE("more Connection options than are allowed name nothing") {
  std::string line = "Connection: a";
  for (int i = 0; i < 100; ++i) line += ",a";
  CHECK(rewrite_request(kLine, line + "\r\nA: 1\r\n", {}) ==
        "before|" + std::string(kLine) + "A: 1\r\n\r\n");
}

TEST_CASE("a forwarded head is read again as it was") {
  const std::string input =
      "POST /api/claude/tasks HTTP/1.1\r\nHost: ws:6080\r\nUser-Agent: curl/8\r\nAccept: */*\r\n"
      "Content-Type: application/json\r\nContent-Length: 18\r\n\r\n";
  RequestParser parser(HeadLimits{});
  REQUIRE(parser.parse(input) == Progress::complete);
  std::string forwarded;
  append_request(forwarded, parser.head(), {});
  CHECK(forwarded == input);
  RequestParser again(HeadLimits{});
  REQUIRE(again.parse(forwarded) == Progress::complete);
  std::string twice;
  append_request(twice, again.head(), {});
  CHECK(twice == input);
}

}  // namespace taskgate::http::test
