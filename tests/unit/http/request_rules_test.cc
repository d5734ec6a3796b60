#include <string>
#include <string_view>
#include <vector>

#include "support/catch.h"
#include "unit/http/feeding.h"

namespace taskgate::http::test {

namespace {

struct RulesRow {
  std::string lines;  // without the last CRLF
  std::string expected;
};

std::string head_of(std::string_view request_line, std::string_view lines) {
  std::string head(request_line);
  head.append("\r\n").append(lines);
  return head + (lines.empty() ? "\r\n" : "\r\n\r\n");
}

void check_rules(std::string_view request_line, const std::vector<RulesRow>& rows) {
  for (const RulesRow& row : rows) {
    INFO(request_line << "\n" << row.lines);
    CHECK(examine_request(head_of(request_line, row.lines)) == row.expected);
  }
}

std::string many_options(int count) {
  std::string options = "a";
  for (int i = 1; i < count; ++i) options += ",a";
  return options;
}

}  // namespace

TEST_CASE("the body of a request is framed by one sound field") {
  check_rules(
      "POST / HTTP/1.1",
      {
          {"Host: a", "none keep-alive"},
          {"Host: a\r\nContent-Length: 0", "none keep-alive"},
          {"Host: a\r\nContent-Length: 000", "none keep-alive"},
          {"Host: a\r\ncontent-length: 5", "length 5 keep-alive"},
          {"Host: a\r\nContent-Length: 007", "length 7 keep-alive"},
          {"Host: a\r\nContent-Length:\t5 ", "length 5 keep-alive"},
          {"Host: a\r\nContent-Length: 18446744073709551615",
           "length 18446744073709551615 keep-alive"},
          {"Host: a\r\nTransfer-Encoding: chunked", "chunked keep-alive"},
          {"Host: a\r\ntransfer-encoding:  CHUNKED\t", "chunked keep-alive"},
          {"Host: a\r\nTransfer-Encoding: chunked\r\nConnection: X-A\r\nConnection: TE, x-b",
           "chunked without TE without X-A without x-b keep-alive"},
      });
  check_rules("POST / HTTP/1.0", {{"Content-Length: 5", "length 5"}, {"", "none"}});
}

TEST_CASE("a Content-Length that two parsers could read in two ways is refused") {
  const std::string repeated = "400 repeated Content-Length";
  const std::string invalid = "400 invalid Content-Length";
  check_rules("POST / HTTP/1.1",
              {
                  {"Host: a\r\nContent-Length: 5\r\nContent-Length: 6", repeated},
                  {"Host: a\r\nContent-Length: 5\r\nContent-Length: 5", repeated},
                  {"Host: a\r\nContent-Length: 5\r\ncontent-length:", repeated},
                  {"Host: a\r\nContent-Length: 5, 5", invalid},
                  {"Host: a\r\nContent-Length: 5,", invalid},
                  {"Host: a\r\nContent-Length:", invalid},
                  {"Host: a\r\nContent-Length: +5", invalid},
                  {"Host: a\r\nContent-Length: -1", invalid},
                  {"Host: a\r\nContent-Length: -0", invalid},
                  {"Host: a\r\nContent-Length: 1_8", invalid},
                  {"Host: a\r\nContent-Length: 1 8", invalid},
                  {"Host: a\r\nContent-Length: 0x5", invalid},
                  {"Host: a\r\nContent-Length: 5;x", invalid},
                  {"Host: a\r\nContent-Length: 5.0", invalid},
                  {"Host: a\r\nContent-Length: five", invalid},
                  {"Host: a\r\nContent-Length: \"5\"", invalid},
                  {"Host: a\r\nContent-Length: \xB2", invalid},
                  {"Host: a\r\nContent-Length: 18446744073709551616", invalid},
                  {"Host: a\r\nContent-Length: 000000000000000000005", invalid},
              });
}

TEST_CASE("a Transfer-Encoding other than chunked is refused") {
  const std::string not_last = "400 Transfer-Encoding does not end in chunked";
  const std::string twice = "400 chunked applied more than once";
  const std::string malformed = "400 malformed Transfer-Encoding";
  const std::string unknown = "501 unknown transfer coding";
  check_rules("POST / HTTP/1.1",
              {
                  {"Host: a\r\nTransfer-Encoding: gzip, chunked", unknown},
                  {"Host: a\r\nTransfer-Encoding: gzip;level=1 , Chunked", unknown},
                  {"Host: a\r\nTransfer-Encoding: identity, x, chunked", unknown},
                  {"Host: a\r\nTransfer-Encoding: gzip", not_last},
                  {"Host: a\r\nTransfer-Encoding: identity", not_last},
                  {"Host: a\r\nTransfer-Encoding: chunked, gzip", not_last},
                  {"Host: a\r\nTransfer-Encoding: chunked, identity", not_last},
                  {"Host: a\r\nTransfer-Encoding:", not_last},
                  {"Host: a\r\nTransfer-Encoding: xchunked", not_last},
                  {"Host: a\r\nTransfer-Encoding: chunkedx", not_last},
                  {"Host: a\r\nTransfer-Encoding: chunke", not_last},
                  {"Host: a\r\nTransfer-Encoding: \"chunked\"", not_last},
                  {"Host: a\r\nTransfer-Encoding: chunked;x", not_last},
                  {"Host: a\r\nTransfer-Encoding: chunked;q=1", not_last},
                  {"Host: a\r\nTransfer-Encoding: chun ked", not_last},
                  {"Host: a\r\nTransfer-Encoding: x chunked", not_last},
                  {"Host: a\r\nTransfer-Encoding: chunked\xA0", not_last},
                  {"Host: a\r\nTransfer-Encoding: chunked,", not_last},
                  {"Host: a\r\nTransfer-Encoding: chunked, chunked", twice},
                  {"Host: a\r\nTransfer-Encoding: gzip, CHUNKED, chunked", twice},
                  {"Host: a\r\nTransfer-Encoding: chunked;x, chunked", twice},
                  {"Host: a\r\nTransfer-Encoding: , chunked", malformed},
                  {"Host: a\r\nTransfer-Encoding: gzip,, chunked", malformed},
                  {"Host: a\r\nTransfer-Encoding: \"x\", chunked", malformed},
                  {"Host: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
                   "400 repeated Transfer-Encoding"},
                  {"Host: a\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: chunked",
                   "400 repeated Transfer-Encoding"},
                  {"Host: a\r\nTransfer-Encoding:\r\ntransfer-encoding: chunked",
                   "400 repeated Transfer-Encoding"},
              });
  check_rules("POST / HTTP/1.0",
              {{"Transfer-Encoding: chunked", "400 Transfer-Encoding in HTTP/1.0"},
               {"Transfer-Encoding: gzip", "400 Transfer-Encoding in HTTP/1.0"}});
}

TEST_CASE("both lengths are refused before anything else is looked at") {
  const std::string both = "400 both Transfer-Encoding and Content-Length";
  check_rules("CONNECT a:1 HTTP/1.1",
              {
                  {"Content-Length: 5\r\nTransfer-Encoding: chunked", both},
                  {"Transfer-Encoding: chunked\r\nContent-Length: 0", both},
                  {"Transfer-Encoding: gzip\r\nContent-Length: x\r\nExpect: x", both},
              });
  check_rules("POST / HTTP/1.0", {{"Content-Length: 5\r\nTransfer-Encoding: chunked", both}});
}

TEST_CASE("HTTP/1.1 has exactly one Host and HTTP/1.0 at most one") {
  check_rules("GET / HTTP/1.1", {
                                    {"", "400 no Host"},
                                    {"X-Host: a", "400 no Host"},
                                    {"Host: a\r\nHost: a", "400 repeated Host"},
                                    {"Host: a\r\nhost:", "400 repeated Host"},
                                });
  check_rules("GET / HTTP/1.0", {
                                    {"", "none"},
                                    {"Host: a", "none"},
                                    {"Host: a\r\nHost: b", "400 repeated Host"},
                                    {"Host: a b", "400 invalid Host"},
                                });
}

TEST_CASE("Host is a host with or without a port, or empty") {
  for (const std::string_view host :
       {"", "a", "A.example", "a:80", "a:", "127.0.0.1:6080", "[::1]", "[2001:db8::1]:8080",
        "[::ffff:1.2.3.4]", "a_b-c~d", "a!$&'()*+;=b", "a%20b"}) {
    INFO(host);
    CHECK(examine_request(head_of("GET / HTTP/1.1", "Host: " + std::string(host))) ==
          "none keep-alive");
  }
  for (const std::string_view host :
       {"a b",          "a,b",
        "a/",           "/a",
        "u@a",          "a:b",
        "a:80:81",      "a:-1",
        ":80",          ":",
        "a?b",          "a#b",
        "a\\b",         "a\"b",
        "<a>",          "a%2",
        "a%zz",         "a%",
        "[::1",         "::1",
        "[::1]8",       "[::1]:x",
        "[a]",          "[]",
        "[::1%25eth0]", "[v1.a]",
        "a[b]",         "a\x80",
        "\xA0",         "a\tb",
        "http://a",     "[1111:2222:3333:4444:5555:6666:7777:8888:9999:1111:2222]"}) {
    INFO(host);
    CHECK(examine_request(head_of("GET / HTTP/1.1", "Host: " + std::string(host))) ==
          "400 invalid Host");
  }
}

TEST_CASE("an absolute-form and Host must name the same authority") {
  check_rules("GET http://Example.org:80/x HTTP/1.1",
              {
                  {"Host: example.org:80", "none keep-alive"},
                  {"Host: example.org", "400 Host differs from the target's authority"},
                  {"Host: evil", "400 Host differs from the target's authority"},
                  {"Host:", "400 Host differs from the target's authority"},
                  {"", "400 no Host"},
              });
  check_rules("GET http://a/ HTTP/1.0",
              {{"", "none"}, {"Host: b", "400 Host differs from the target's authority"}});
}

TEST_CASE("CONNECT is not implemented") {
  check_rules("CONNECT a:443 HTTP/1.1", {{"Host: a:443", "501 CONNECT is not supported"}});
}

TEST_CASE("the only expectation is 100-continue, and HTTP/1.0 has none") {
  const std::string unknown = "417 unknown expectation";
  check_rules("POST / HTTP/1.1", {
                                     {"Host: a\r\nContent-Length: 1\r\nExpect: 100-Continue",
                                      "length 1 keep-alive expects-continue"},
                                     {"Host: a\r\nExpect: 100-continue\r\nExpect: 100-continue",
                                      "none keep-alive expects-continue"},
                                     {"Host: a\r\nExpect: 100-continue, x", unknown},
                                     {"Host: a\r\nExpect: 100-continue\r\nExpect: x", unknown},
                                     {"Host: a\r\nExpect: 200-ok", unknown},
                                     {"Host: a\r\nExpect:", unknown},
                                     {"Expect: x", "400 no Host"},
                                 });
  check_rules("POST / HTTP/1.0", {{"Expect: 100-continue", "none"}, {"Expect: x", "none"}});
}

TEST_CASE("a connection goes on as its version and the Connection options say") {
  check_rules("GET / HTTP/1.1",
              {
                  {"Host: a", "none keep-alive"},
                  {"Host: a\r\nConnection: close", "none"},
                  {"Host: a\r\nConnection: Close", "none"},
                  {"Host: a\r\nConnection: x , close", "none"},
                  {"Host: a\r\nConnection: x\r\nConnection:\r\nconnection: close", "none"},
                  {"Host: a\r\nConnection: keep-alive, close", "none"},
                  {"Host: a\r\nConnection: closed", "none keep-alive"},
                  {"Host: a\r\nConnection: ,,", "none keep-alive"},
                  {"Host: a\r\nX: close", "none keep-alive"},
              });
  check_rules("GET / HTTP/1.0", {
                                    {"Host: a", "none"},
                                    {"Connection: Keep-Alive", "none keep-alive"},
                                    {"Connection: keep-alive, close", "none"},
                                    {"Connection: keep-alive2", "none"},
                                });
}

TEST_CASE("an upgrade is wanted with HTTP/1.1, Upgrade and Connection together") {
  check_rules(
      "GET / HTTP/1.1",
      {
          {"Host: a\r\nUpgrade: websocket\r\nConnection: Upgrade", "none keep-alive upgrade"},
          {"Host: a\r\nUpgrade: chat/2\r\nConnection: keep-alive,UPGRADE",
           "none keep-alive upgrade"},
          {"Host: a\r\nUpgrade: websocket", "none keep-alive"},
          {"Host: a\r\nUpgrade: websocket\r\nConnection: close", "none"},
          {"Host: a\r\nConnection: upgrade", "none keep-alive"},
          {"Host: a\r\nUpgrade:\r\nConnection: upgrade", "none keep-alive"},
      });
  check_rules("GET / HTTP/1.0", {{"Upgrade: websocket\r\nConnection: upgrade", "none"}});
}

TEST_CASE("an upgrade to a protocol that carries requests is not one: they would pass unread") {
  check_rules(
      "GET / HTTP/1.1",
      {
          {"Host: a\r\nUpgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings", "none keep-alive"},
          {"Host: a\r\nUpgrade: H2C\r\nConnection: upgrade", "none keep-alive"},
          {"Host: a\r\nUpgrade: websocket, h2c\r\nConnection: upgrade", "none keep-alive"},
          {"Host: a\r\nUpgrade: \"x, h2c, y\"\r\nConnection: upgrade", "none keep-alive"},
          {"Host: a\r\nUpgrade: websocket\r\nUpgrade: h2c\r\nConnection: upgrade",
           "none keep-alive"},
          {"Host: a\r\nUpgrade: TLS/1.0, HTTP/1.1\r\nConnection: upgrade", "none keep-alive"},
          {"Host: a\r\nUpgrade: HTTP/2.0\r\nConnection: upgrade", "none keep-alive"},
          {"Host: a\r\nUpgrade: h2x\r\nConnection: upgrade", "none keep-alive upgrade"},
      });
}

TEST_CASE("a Connection field cannot name what frames or routes the message") {
  const std::string named = "400 Connection names a field of the message";
  check_rules("POST / HTTP/1.1",
              {
                  {"Host: a\r\nConnection: content-length", named},
                  {"Host: a\r\nConnection: close, Content-Length\r\nContent-Length: 5", named},
                  {"Host: a\r\nConnection: TRANSFER-ENCODING", named},
                  {"Host: a\r\nConnection: close\r\nConnection: host", named},
                  {"Connection: host", named},
                  {"Host: a\r\nConnection: authorization", "none keep-alive"},
              });
}

TEST_CASE("the number of Connection options is bounded") {
  check_rules("GET / HTTP/1.1",
              {{"Host: a\r\nConnection: " + many_options(100), "none keep-alive"},
               {"Host: a\r\nConnection: " + many_options(101), "400 too many connection options"}});
}

TEST_CASE("Max-Forwards counts for OPTIONS and TRACE") {
  const std::string invalid = "400 invalid Max-Forwards";
  for (const std::string_view line : {"OPTIONS * HTTP/1.1", "TRACE / HTTP/1.1"}) {
    check_rules(
        line,
        {
            {"Host: a", "none keep-alive"},
            {"Host: a\r\nMax-Forwards: 0", "none keep-alive max-forwards=0"},
            {"Host: a\r\nmax-forwards: 10", "none keep-alive max-forwards=10"},
            {"Host: a\r\nMax-Forwards: 99999999999", "none keep-alive max-forwards=4294967295"},
            {"Host: a\r\nMax-Forwards:", invalid},
            {"Host: a\r\nMax-Forwards: -1", invalid},
            {"Host: a\r\nMax-Forwards: 1, 2", invalid},
            {"Host: a\r\nMax-Forwards: x", invalid},
            {"Host: a\r\nMax-Forwards: 1\r\nMax-Forwards: 1", "400 repeated Max-Forwards"},
        });
  }
  check_rules("GET / HTTP/1.1", {{"Host: a\r\nMax-Forwards: x", "none keep-alive"}});
}

TEST_CASE("of several faults the one that could smuggle a request is told") {
  check_rules(
      "OPTIONS http://b/ HTTP/1.1",
      {
          {"Content-Length: x\r\nConnection: host\r\nExpect: x", "400 invalid Content-Length"},
          {"Connection: host\r\nExpect: x", "400 Connection names a field of the message"},
          {"Max-Forwards: x\r\nExpect: x", "400 no Host"},
          {"Host: b\r\nMax-Forwards: x\r\nExpect: x", "400 invalid Max-Forwards"},
      });
}

TEST_CASE("only GET, HEAD, OPTIONS and TRACE are safe methods") {
  for (const char* method : {"GET", "HEAD", "OPTIONS", "TRACE"}) CHECK(is_safe(method));
  for (const char* method : {"get", "PUT", "DELETE", "POST", "PATCH", "PROPFIND", ""}) {
    CAPTURE(method);
    CHECK_FALSE(is_safe(method));
  }
}

}  // namespace taskgate::http::test
