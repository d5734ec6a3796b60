#include "cli/url.h"

#include "support/catch.h"

namespace taskgate::cli {
namespace {

TEST_CASE("a place to ask is an address, or a URL whose path leads to it") {
  struct Row {
    const char* text;
    AskedPlace place;
  };
  const Row rows[] = {
      {"ws-alice:6080", {{"ws-alice", 6080}, "*"}},
      {"[::1]:6090", {{"::1", 6090}, "*"}},
      {"http://ws-alice", {{"ws-alice", 80}, "/"}},
      {"HTTP://ws-alice:8080", {{"ws-alice", 8080}, "/"}},
      {"http://a.example/ws/alice/", {{"a.example", 80}, "/ws/alice/"}},
      {"http://[::1]/x", {{"::1", 80}, "/x"}},
      {"http://[::1]:6090?q=http://b/", {{"::1", 6090}, "/?q=http://b/"}},
      {"http://a.example/ws/#part", {{"a.example", 80}, "/ws/"}},
      {"http://a.example#part", {{"a.example", 80}, "/"}},
      {"http://a.example/b:c@d", {{"a.example", 80}, "/b:c@d"}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const auto place = parse_asked_place(row.text);
    REQUIRE(place.has_value());
    CHECK(*place == row.place);
  }
}

TEST_CASE("what is no place to ask is told what is wrong with it") {
  struct Row {
    const char* text;
    const char* fault;
  };
  const Row rows[] = {
      {"somewhere", "has no port; use HOST:PORT or http://HOST[:PORT][/PATH]"},
      {"ws-alice:6080/", "has a path: write http:// before it"},
      {"ftp://a/", "is no http:// URL; use HOST:PORT or http://HOST[:PORT][/PATH]"},
      {"http://", "has no host; use HOST:PORT or http://HOST[:PORT][/PATH]"},
      {"http:///x", "has no host; use HOST:PORT or http://HOST[:PORT][/PATH]"},
      {"http://a:b/", "has no port from 0 to 65535; use HOST:PORT or http://HOST[:PORT][/PATH]"},
      {"http://a:0/", "has port 0; use HOST:PORT or http://HOST[:PORT][/PATH]"},
      {"http://::1/", "has no valid host; use HOST:PORT or http://HOST[:PORT][/PATH]"},
      {"http://me:secret@a/", "names a user: leave that out"},
      {"http://a/b c", "has a path that must be percent-encoded"},
      {"http://a/b\r\nX: y", "has a path that must be percent-encoded"},
      {"http://a b/", "has no valid host; use HOST:PORT or http://HOST[:PORT][/PATH]"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const auto place = parse_asked_place(row.text);
    REQUIRE(place.has_error());
    CHECK(place.error() == row.fault);
  }
}

TEST_CASE("an https URL is told how to ask it") {
  const auto place = parse_asked_place("https://a.example/ws/");
  REQUIRE(place.has_error());
  CHECK(place.error().find("speaks no TLS") != std::string::npos);
  CHECK(place.error().find("curl -si -X OPTIONS -H 'Max-Forwards: 0' 'https://a.example/ws/'") !=
        std::string::npos);
}

}  // namespace
}  // namespace taskgate::cli
