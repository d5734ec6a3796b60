#include "config/values.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "base/json.h"
#include "base/text.h"

namespace taskgate::config {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

constexpr std::array<Unit, 4> kDurationUnits = {
    {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}}};
constexpr std::array<Unit, 8> kSizeUnits = {{{"", 1},
                                             {"B", 1},
                                             {"KiB", 1U << 10},
                                             {"MiB", 1U << 20},
                                             {"GiB", 1U << 30},
                                             {"kB", 1000},
                                             {"MB", 1'000'000},
                                             {"GB", 1'000'000'000}}};

// How many digits the text begins with.
std::size_t digits_of(std::string_view text) {
  return std::min(text.find_first_not_of("0123456789"), text.size());
}

template <std::size_t count>
std::optional<std::uint64_t> factor_of(std::string_view name,
                                       const std::array<Unit, count>& units) {
  for (const Unit& unit : units) {
    if (unit.name == name) return unit.factor;
  }
  return std::nullopt;
}

// A number times its unit; numbers that would not fit into 63 bits are not numbers here.
std::optional<std::uint64_t> product(std::string_view digits, std::uint64_t factor) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();
  if (number > kMost / factor) return std::nullopt;
  return number * factor;
}

constexpr std::size_t kLongestQuote = 80;

}  // namespace

Parsed<std::uint64_t> parse_count(std::string_view text) {
  if (text.empty() || digits_of(text) != text.size()) return Fault{"is not a whole number"};
  const auto number = product(text, 1);
  if (!number) return Fault{"is too large"};
  return *number;
}

Parsed<Duration> parse_duration(std::string_view text) {
  const std::size_t digits = digits_of(text);
  const std::string_view unit = text.substr(digits);
  if (digits == 0) return Fault{"is not a duration such as 500ms or 10s"};
  if (unit.empty() && text.find_first_not_of('0') == std::string_view::npos) {
    return Duration::zero();
  }
  if (unit.empty()) return Fault{"has no unit (ms, s, m or h)"};
  const auto factor = factor_of(unit, kDurationUnits);
  if (!factor) return Fault{"is not a duration such as 500ms or 10s"};
  // Counted in nanoseconds, so that what is too large for the clock's own type is found here.
  const auto nanoseconds = product(text.substr(0, digits), *factor * 1'000'000);
  if (!nanoseconds) return Fault{"is too long"};
  return std::chrono::nanoseconds(*nanoseconds);
}

Parsed<std::size_t> parse_size(std::string_view text) {
  const std::size_t digits = digits_of(text);
  if (digits == 0) return Fault{"is not a size such as 64KiB or 1MiB"};
  const auto factor = factor_of(text.substr(digits), kSizeUnits);
  if (!factor) return Fault{"is not a size such as 64KiB or 1MiB"};
  const auto bytes = product(text.substr(0, digits), *factor);
  if (!bytes) return Fault{"is too large"};
  return *bytes;
}

std::string format_size(std::size_t bytes) {
  for (const std::size_t unit : {4U, 3U, 2U}) {
    const std::uint64_t factor = kSizeUnits[unit].factor;
    if (bytes != 0 && bytes % factor == 0) {
      return std::to_string(bytes / factor) + std::string(kSizeUnits[unit].name);
    }
  }
  return std::to_string(bytes);
}

Parsed<bool> parse_boolean(std::string_view text) {
  for (const char* word : {"true", "yes", "on", "1"}) {
    if (text == word) return true;
  }
  for (const char* word : {"false", "no", "off", "0"}) {
    if (text == word) return false;
  }
  return Fault{"is not allowed"};
}

std::string_view text_fault(std::string_view text, bool is_yaml) {
  if (utf8_prefix(text) != text) return "is not UTF-8";
  return is_yaml || printable(text) == text ? "" : "has a control character";
}

Parsed<std::string> parse_line(std::string_view text, std::size_t most) {
  // A character of UTF-8 has one byte that does not continue another one.
  const auto length = std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; });
  if (static_cast<std::size_t>(length) > most) return Fault{"is too long"};
  return {boost::system::in_place_value, text};
}

std::string quoted(std::string_view text) {
  std::size_t length = std::min(text.size(), kLongestQuote);
  // Not within a character: messages go to the log and to pages, which are UTF-8.
  while (length < text.size() && length > 0 && (text[length] & 0xC0) == 0x80) --length;
  const std::string_view end = length < text.size() ? "...'" : "'";
  return std::string("'").append(printable(text.substr(0, length))).append(end);
}

}  // namespace taskgate::config
