// Text: what ASCII says of letters and digits, and what people are shown. The locale has no say.
// Pure.
#pragma once

#include <string>
#include <string_view>

namespace taskgate {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
constexpr bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
constexpr bool is_letter(char c) {
  return is_lower(c) || is_upper(c);
}
constexpr char to_lower(char c) {
  return is_upper(c) ? static_cast<char>(c | 0x20) : c;
}
constexpr char to_upper(char c) {
  return is_lower(c) ? static_cast<char>(c - 'a' + 'A') : c;
}

// What a hexadecimal digit of either case stands for; -1: it is none.
constexpr int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char letter = to_lower(c);
  return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

// Without the spaces and tabs around it.
constexpr std::string_view trim(std::string_view text) {
  constexpr auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// Of two texts that are equally long.
bool has_same_letters(std::string_view a, std::string_view b);
// Most that are compared differ in length already, which costs no call.
inline bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && has_same_letters(a, b);
}

// An order in which texts that differ only in the case of letters are the same one.
bool comes_before_ignoring_case(std::string_view a, std::string_view b);

// The text with what steers a terminal escaped as `\x1b`: C0 (line ends too), DEL, and C1, which is
// two bytes in UTF-8. All else stays as it is, bytes that are no UTF-8 too.
std::string printable(std::string_view text);

}  // namespace taskgate
