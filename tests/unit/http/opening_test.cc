#include "http/opening.h"

#include <string>

#include "support/catch.h"

using namespace taskgate::http;
using std::string_literals::operator""s;

namespace {

std::string reason_of(const std::string& received) {
  const Opening* const opening = recognize_opening(received);
  return opening == nullptr ? "" : opening->reason;
}

}  // namespace

TEST_CASE("what is spoken instead of a request is known by its first bytes") {
  const std::string proxy = "PROXY protocol header before the request";
  CHECK(reason_of("PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\nGET / HTTP/1.1\r\n\r\n") == proxy);
  CHECK(reason_of("PROXY TCP6 ::1 ::2 1 2\r\n") == proxy);
  CHECK(reason_of("PROXY UNKNOWN\r\n") == proxy);
  CHECK(reason_of("\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c"s) == proxy);
  CHECK(reason_of("\x16\x03\x01\x02\0\x01"s) == "TLS on a plain HTTP port");
  CHECK(reason_of("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") == "HTTP/2 on a port that speaks HTTP/1.1");
  CHECK(reason_of("SSH-2.0-OpenSSH_9.2\r\n") == "SSH on an HTTP port");
}

TEST_CASE("a request that is only malformed is none of these") {
  for (const std::string& received :
       {"GET / HTTP/1.1\r\n"s, "PROXY /x HTTP/1.1\r\nbad"s, "\r\n\r\nGET"s, "PRI /x HTTP/1.1\r\n"s,
        "\x16"s, "\0"s, ""s}) {
    CHECK(reason_of(received).empty());
  }
}
