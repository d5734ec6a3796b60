#include "http/body.h"

#include <string>

#include "support/catch.h"

namespace taskgate::http::test {

TEST_CASE("no body is complete from the start") {
  BodyScanner scanner({.kind = BodyKind::none});
  CHECK(scanner.complete());
  CHECK(scanner.feed("GET") == 0);
}

TEST_CASE("a body with a length ends with its last byte") {
  BodyScanner scanner({.kind = BodyKind::length, .length = 5});
  std::string payload;
  CHECK_FALSE(scanner.complete());
  CHECK(scanner.feed("", &payload) == 0);
  CHECK(scanner.feed("abc", &payload) == 3);
  CHECK_FALSE(scanner.complete());
  CHECK(scanner.feed("deGET", &payload) == 2);
  CHECK(scanner.complete());
  CHECK(scanner.feed("more", &payload) == 0);
  CHECK_FALSE(scanner.failed());
  CHECK(payload == "abcde");
}

TEST_CASE("of a body with a length one can walk over what was not looked at") {
  BodyScanner scanner({.kind = BodyKind::length, .length = 8});
  scanner.feed("abc");
  CHECK(scanner.known_length() == 5);
  scanner.skip(4);
  CHECK(scanner.known_length() == 1);
  CHECK_FALSE(scanner.complete());
  CHECK(scanner.feed("hGET") == 1);
  CHECK(scanner.known_length() == 0);
  CHECK(scanner.complete());
}

TEST_CASE("what other bodies still hold is not known without looking") {
  CHECK(BodyScanner({.kind = BodyKind::none}).known_length() == 0);
  CHECK(BodyScanner({.kind = BodyKind::chunked}).known_length() == 0);
  CHECK(BodyScanner({.kind = BodyKind::until_close}).known_length() == 0);
}

TEST_CASE("a body may be longer than memory") {
  BodyScanner scanner({.kind = BodyKind::length, .length = ~std::uint64_t{0}});
  CHECK(scanner.feed("abc") == 3);
  CHECK_FALSE(scanner.complete());
}

TEST_CASE("what Connection names in the head is refused in a trailer") {
  const auto fault_of = [](const std::string& trailer) {
    BodyScanner scanner({.kind = BodyKind::chunked, .hop_fields = {"X-Hop", "x-other-hop-by-hop"}});
    scanner.feed("0\r\n" + trailer + ": 1\r\n\r\n");
    return scanner.failed() ? std::string(scanner.fault()) : "";
  };
  CHECK(fault_of("x-hop") == "field not allowed in a trailer");
  CHECK(fault_of("X-Other-Hop-By-Hop") == "field not allowed in a trailer");
  CHECK(fault_of("X-Hop-2").empty());
  CHECK(fault_of("X-Ho").empty());
  CHECK(fault_of("x-other-hop-by-hop-").empty());
  CHECK(fault_of("x-other-hop-by-hop" + std::string(8'000, '-')).empty());
}

TEST_CASE("a chunked body ends where its scanner says") {
  BodyScanner scanner({.kind = BodyKind::chunked});
  std::string payload;
  CHECK(scanner.feed("3\r\nab", &payload) == 5);
  CHECK_FALSE(scanner.complete());
  CHECK(scanner.feed("c\r\n0\r\n\r\nGET", &payload) == 8);
  CHECK(scanner.complete());
  CHECK(payload == "abc");
}

TEST_CASE("a malformed chunked body is told") {
  BodyScanner scanner({.kind = BodyKind::chunked});
  CHECK(scanner.feed("3\n") == 1);
  CHECK(scanner.failed());
  CHECK_FALSE(scanner.complete());
  CHECK(scanner.fault() == std::string("bare LF in a chunked body"));
}

TEST_CASE("a body until close takes everything and never ends") {
  BodyScanner scanner({.kind = BodyKind::until_close});
  std::string payload;
  CHECK(scanner.feed("abc", &payload) == 3);
  CHECK_FALSE(scanner.complete());
  CHECK(payload == "abc");
}

}  // namespace taskgate::http::test
