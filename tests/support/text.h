// What a text holds.
#pragma once

#include <string_view>

namespace taskgate::test {

inline bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace taskgate::test
