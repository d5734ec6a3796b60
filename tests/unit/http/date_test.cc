#include "http/date.h"

#include <string>

#include "support/catch.h"

using taskgate::http::Date;

TEST_CASE("a date is written as RFC 9110 section 5.6.7 has it") {
  Date date;
  CHECK(date.at(784'111'777) == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(date.at(1'709'164'800) == "Thu, 29 Feb 2024 00:00:00 GMT");
}

TEST_CASE("a date follows the clock, also where that is set back") {
  Date date;
  CHECK(date.at(0) == "Thu, 01 Jan 1970 00:00:00 GMT");
  CHECK(date.at(1) == "Thu, 01 Jan 1970 00:00:01 GMT");
  CHECK(date.at(0) == "Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST_CASE("a date asked for twice in a second is the same text at the same place") {
  Date date;
  const char* const first = date.at(784'111'777).data();
  CHECK(date.at(784'111'777).data() == first);
}
