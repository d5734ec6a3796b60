// Text for people. Pure.
#pragma once

#include <string>
#include <string_view>

namespace taskgate {

// The text with what steers a terminal escaped as `\x1b`: C0 (line ends too), DEL, and C1, which is
// two bytes in UTF-8. All else stays as it is, bytes that are no UTF-8 too.
std::string printable(std::string_view text);

}  // namespace taskgate
