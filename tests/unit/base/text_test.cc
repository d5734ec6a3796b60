#include "base/text.h"

#include "support/catch.h"

using taskgate::printable;

TEST_CASE("what steers a terminal is escaped, and nothing else") {
  CHECK(printable("\x1b[2J\n\t\r\x7f") == "\\x1b[2J\\x0a\\x09\\x0d\\x7f");
  CHECK(printable(std::string_view("\0a", 2)) == "\\x00a");
  CHECK(printable("\xc2\x9b"
                  "1m") == "\\x9b1m");
  CHECK(printable("\xc2\xa0 \xc3\xa9 \xff \xc2") == "\xc2\xa0 \xc3\xa9 \xff \xc2");
}
