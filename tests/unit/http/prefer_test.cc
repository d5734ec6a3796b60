#include "http/prefer.h"

#include <string>

#include "support/catch.h"

using namespace taskgate;
using namespace taskgate::http;

namespace {

constexpr int kNone = -1;

// Of a request with these field lines.
long long wait_of(const std::string& lines) {
  RequestParser parser({});
  const std::string text = "POST / HTTP/1.1\r\nHost: h\r\n" + lines + "\r\n";
  REQUIRE(parser.parse(text) == Progress::complete);
  const auto wait = preferred_wait(parser.head());
  return wait ? wait->count() : kNone;
}

}  // namespace

TEST_CASE("a preferred wait is a number of seconds, however it is written") {
  CHECK(wait_of("") == kNone);
  for (const char* value :
       {"wait=10", "WAIT=10", "wait = 10", "wait=\"10\"", "wait=\"1\\0\"", "respond-async, wait=10",
        "respond-async,wait=10,handling=lenient", "a=\"x, wait=5\", wait=10", "a; wait=5, wait=10",
        "wait=10; b; c=\"d;e\"", "wait=10;", "wait=10;; b", ",, wait=10", "wait=010",
        "a=\"\\\"\", wait=10"}) {
    CAPTURE(value);
    CHECK(wait_of(std::string("Prefer: ") + value + "\r\n") == 10);
  }
  CHECK(wait_of("pReFeR: wait=0\r\n") == 0);
}

TEST_CASE("of several preferred waits the first one counts") {
  CHECK(wait_of("Prefer: wait=1, wait=2\r\n") == 1);
  CHECK(wait_of("Prefer: respond-async\r\nPrefer: wait=1\r\nPrefer: wait=2\r\n") == 1);
  CHECK(wait_of("Prefer: wait=x, wait=2\r\n") == kNone);
  CHECK(wait_of("Prefer: wait\r\nPrefer: wait=2\r\n") == kNone);
}

TEST_CASE("what is no number of seconds is no preferred wait") {
  for (const char* value :
       {"wait", "wait=", "wait=\"\"", "wait=-1", "wait=+1", "wait=1.5", "wait=1s", "wait=abc",
        "wait=\"10", "wait 10", "await=10", "a=(b), wait=10"}) {
    CAPTURE(value);
    CHECK(wait_of(std::string("Prefer: ") + value + "\r\n") == kNone);
  }
}

TEST_CASE("a fault in one field hides what is behind it there, and no other field") {
  CHECK(wait_of("Prefer: =x, wait=1\r\n") == kNone);
  CHECK(wait_of("Prefer: =x, wait=1\r\nPrefer: wait=2\r\n") == 2);
}

TEST_CASE("a preferred wait beyond any time is the longest one") {
  CHECK(wait_of("Prefer: wait=2147483648\r\n") == 2147483647);
  CHECK(wait_of("Prefer: wait=99999999999999999999999999\r\n") == 2147483647);
}
