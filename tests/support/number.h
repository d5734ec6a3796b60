// Numbers in the text of requests, answers, events and flags.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace taskgate::test {

// A whole number that is all of the text.
inline std::optional<std::uint64_t> to_number(std::string_view text) {
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stopped != end || text.empty()) return std::nullopt;
  return value;
}

}  // namespace taskgate::test
