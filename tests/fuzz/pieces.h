// That a parser finds the fields that are there, and that its result does not depend on how its
// input was cut.
#pragma once

#include <string_view>

#include "fuzz/check.h"
#include "fuzz/plain_head.h"
#include "unit/http/pieces.h"

namespace taskgate::fuzz {

// Longer inputs are cut at random only: each byte for itself costs the square of the size.
inline constexpr std::size_t kMostForEachByte = 64;

template <typename Head>
void check_same_fields(const PlainHead& plain, const Head& head) {
  check(plain.fields.size() == head.fields.size(), "each line of a head is a field");
  for (std::size_t i = 0; i < plain.fields.size(); ++i) {
    check_equal(lower(head.fields[i].name), plain.fields[i].name, "a field has its line's name");
    check_equal(std::string(head.fields[i].value), plain.fields[i].value,
                "a field has its line's value");
  }
}

// What the parser makes of the whole, after a check that it makes the same of the pieces.
template <typename Parser>
http::test::Parsed<Parser> parse_checked(std::string_view input, http::HeadLimits limits) {
  using namespace http::test;
  auto parsed = parse_in_pieces<Parser>(input, whole(input), limits);
  const std::string expected = outcome(parsed);
  std::mt19937 chance = chance_of(input);
  const auto check_cut = [&](const Cuts& cuts) {
    check_equal(outcome(parse_in_pieces<Parser>(input, cuts, limits)), expected,
                "a head is the same however it is cut");
  };
  check_cut(at_random(input, chance));
  check_cut(at_random(input, chance));
  if (input.size() <= kMostForEachByte) check_cut(byte_by_byte(input));
  return parsed;
}

// The same under limits that a fuzzed input can reach; they may refuse, and change nothing else.
template <typename Parser>
void check_small_limits(std::string_view input, const http::test::Parsed<Parser>& unlimited) {
  constexpr http::HeadLimits kSmall{.bytes = 200, .fields = 5};
  const auto limited = parse_checked<Parser>(input, kSmall);
  const bool is_complete = unlimited.progress == http::Progress::complete;
  const bool fits = is_complete && unlimited.parser.head().size <= kSmall.bytes &&
                    unlimited.parser.head().fields.size() <= kSmall.fields;
  const bool passes = limited.progress == http::Progress::complete;
  check(passes == fits, "exactly the heads that fit the limits pass them");
  if (passes) {
    check_equal(http::test::outcome(limited), http::test::outcome(unlimited),
                "limits do not change what is read");
  }
}

}  // namespace taskgate::fuzz
