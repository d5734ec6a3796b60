// The time as HTTP writes it: IMF-fixdate (RFC 9110 section 5.6.7), "Sun, 06 Nov 1994 08:49:37
// GMT".
#pragma once

#include <array>
#include <cstddef>
#include <ctime>
#include <string_view>

namespace taskgate::http {

// Writes it anew only where another second is asked for. One thread.
class Date {
 public:
  // Valid until the next call.
  std::string_view at(std::time_t now);

 private:
  std::time_t written_ = 0;
  std::array<char, 40> text_{};
  std::size_t size_ = 0;
};

}  // namespace taskgate::http
