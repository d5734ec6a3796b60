#include "base/text.h"

#include "support/catch.h"

using namespace taskgate;

TEST_CASE("what steers a terminal is escaped, and nothing else") {
  CHECK(printable("\x1b[2J\n\t\r\x7f") == "\\x1b[2J\\x0a\\x09\\x0d\\x7f");
  CHECK(printable(std::string_view("\0a", 2)) == "\\x00a");
  CHECK(printable("\xc2\x9b"
                  "1m") == "\\x9b1m");
  CHECK(printable("\xc2\xa0 \xc3\xa9 \xff \xc2") == "\xc2\xa0 \xc3\xa9 \xff \xc2");
}

TEST_CASE("texts are compared without regard to the case of ASCII letters only") {
  CHECK(equals_ignoring_case("Content-Length", "cONTENT-lENGTH"));
  CHECK_FALSE(equals_ignoring_case("a", "ab"));
  CHECK_FALSE(equals_ignoring_case("[", "{"));
  CHECK_FALSE(equals_ignoring_case("@", "`"));
  CHECK_FALSE(equals_ignoring_case("\xC0", "\xE0"));
  CHECK(comes_before_ignoring_case("Age", "host"));
  CHECK_FALSE(comes_before_ignoring_case("HOST", "host"));
}

TEST_CASE("a hexadecimal digit has a value in either case, and nothing else has one") {
  CHECK(hex_value('0') == 0);
  CHECK(hex_value('9') == 9);
  CHECK(hex_value('a') == 10);
  CHECK(hex_value('F') == 15);
  for (const char c : {'/', ':', '@', 'G', '`', 'g', '\xE1'}) CHECK(hex_value(c) == -1);
}

TEST_CASE("only spaces and tabs are trimmed") {
  CHECK(trim(" \t a b\t ") == "a b");
  CHECK(trim("\r\n") == "\r\n");
  CHECK(trim(" \t").empty());
}
