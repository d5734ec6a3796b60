// Which bytes may stand where in a head, as one table: a lookup a byte is what parsing costs. Pure;
// any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace taskgate::http {

enum class ByteClass : std::uint8_t {
  token = 1,   // methods, field names, connection options (RFC 9110 section 5.6.2)
  target = 2,  // visible ASCII but '#': clients send more than RFC 3986 allows, a fragment never
  value = 4,  // field values, reason phrases: visible, SP, HTAB and obs-text (RFC 9110 section 5.5)
  host = 8,   // a registered name (RFC 3986 section 3.2.2) without ',': that would make two Hosts
  digit = 16,
  hex = 32,
};

namespace detail {

constexpr bool contains(std::string_view set, int byte) {
  return byte != 0 && set.find(static_cast<char>(byte)) != std::string_view::npos;
}

constexpr std::uint8_t classes_of(int byte) {
  const bool digit = byte >= '0' && byte <= '9';
  const bool letter = (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
  const bool visible = byte > 0x20 && byte < 0x7F;
  int classes = 0;
  const auto add = [&classes](ByteClass which, bool member) {
    if (member) classes |= static_cast<int>(which);
  };
  add(ByteClass::token, digit || letter || contains("!#$%&'*+-.^_`|~", byte));
  add(ByteClass::target, visible && byte != '#');
  add(ByteClass::value, visible || byte == ' ' || byte == '\t' || byte >= 0x80);
  add(ByteClass::host, digit || letter || contains("-._~!$&'()*+;=%", byte));
  add(ByteClass::digit, digit);
  add(ByteClass::hex, digit || contains("abcdefABCDEF", byte));
  return static_cast<std::uint8_t>(classes);
}

constexpr std::array<std::uint8_t, 256> make_class_table() {
  std::array<std::uint8_t, 256> table{};
  for (int byte = 0; byte < 256; ++byte) table[static_cast<std::size_t>(byte)] = classes_of(byte);
  return table;
}

inline constexpr std::array<std::uint8_t, 256> kClassTable = make_class_table();

}  // namespace detail

constexpr bool is(ByteClass which, char byte) {
  const std::uint8_t classes = detail::kClassTable[static_cast<unsigned char>(byte)];
  return (classes & static_cast<std::uint8_t>(which)) != 0;
}

// The first position at or after `from` whose byte is not of the class; the size of `text` if none.
constexpr std::size_t skip(ByteClass which, std::string_view text, std::size_t from) {
  while (from < text.size() && is(which, text[from])) ++from;
  return from;
}

// The same for ByteClass::value, eight bytes at a time: cookies and tokens are most of a head.
inline std::size_t skip_value(std::string_view text, std::size_t from) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kHighBits = 0x80 * kOnes;
  while (text.size() - from >= sizeof(std::uint64_t)) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + from, sizeof word);
    const std::uint64_t delete_as_zero = word ^ (0x7F * kOnes);
    const std::uint64_t controls = (word - 0x20 * kOnes) & ~word;
    const std::uint64_t deletes = (delete_as_zero - kOnes) & ~delete_as_zero;
    // A HTAB counts as a control here; the table below lets it pass.
    if (((controls | deletes) & kHighBits) != 0) break;
    from += sizeof word;
  }
  return skip(ByteClass::value, text, from);
}

constexpr bool is_white_space(char byte) {
  return byte == ' ' || byte == '\t';
}

// Whether the byte at `position` may stand there in a line that begins as `form` at `begin`; a '0'
// of the form stands for any digit. For start lines, whose fixed parts are checked byte by byte as
// they come.
constexpr bool fits_form(std::string_view form, std::string_view text, std::size_t begin,
                         std::size_t position) {
  const char expected = form[position - begin];
  return expected == '0' ? is(ByteClass::digit, text[position]) : text[position] == expected;
}

}  // namespace taskgate::http
