#include "route/lenient.h"

#include <optional>

#include "base/text.h"

namespace taskgate::route {
namespace {

bool is_visible(char c) {
  return c > ' ' && c < 0x7F;
}

unsigned byte_at(std::string_view text, std::size_t& length) {
  return static_cast<unsigned char>(decoded(text, length));
}

struct Character {
  char32_t value;
  std::size_t length;  // in the text, escapes included
};

// "%u0061", as some servers of Microsoft's read it.
std::optional<Character> wide_escape(std::string_view text) {
  if (text.size() < 6 || text[0] != '%' || (text[1] != 'u' && text[1] != 'U')) return std::nullopt;
  char32_t value = 0;
  for (const char c : text.substr(2, 4)) {
    const int digit = hex_value(c);
    if (digit < 0) return std::nullopt;
    value = value * 16 + static_cast<char32_t>(digit);
  }
  return Character{value, 6};
}

// The character that `text` begins with, by UTF-8 that may be overlong; a byte that begins none
// stands for itself.
Character character_at(std::string_view text) {
  if (const auto wide = wide_escape(text)) return *wide;
  std::size_t length = 0;
  const unsigned lead = byte_at(text, length);
  const Character alone{lead, length};
  if (lead < 0xC0 || lead >= 0xF8) return alone;
  const unsigned following = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
  char32_t value = lead & (0x3FU >> following);
  for (unsigned i = 0; i < following; ++i) {
    if (length >= text.size()) return alone;
    std::size_t more = 0;
    const unsigned next = byte_at(text.substr(length), more);
    if ((next & 0xC0U) != 0x80) return alone;
    value = (value << 6U) | (next & 0x3FU);
    length += more;
  }
  return {value, length};
}

// The ASCII character that a character may be taken for; 0: none.
char folded(char32_t value) {
  if (value < 0x80) return static_cast<char>(value);
  if (value >= 0xFF01 && value <= 0xFF5E) return static_cast<char>(value - 0xFF01 + '!');
  switch (value) {
    case 0x0130:
    case 0x0131:
      return 'i';
    case 0x017F:
      return 's';
    case 0x2024:
      return '.';
    case 0x2044:
    case 0x2215:
      return '/';
    case 0x212A:
      return 'k';
    default:
      return 0;
  }
}

void append_escaped(char c, std::pmr::string& out) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(c);
  out += '%';
  out += kDigits[byte >> 4U];
  out += kDigits[byte & 0xFU];
}

}  // namespace

char decoded(std::string_view text, std::size_t& length) {
  length = 1;
  if (text.front() != '%' || text.size() < 3) return text.front();
  const int high = hex_value(text[1]);
  const int low = hex_value(text[2]);
  if (high < 0 || low < 0) return text.front();
  length = 3;
  return static_cast<char>(high * 16 + low);
}

void append_decoded_once(std::string_view path, std::pmr::string& out) {
  for (std::size_t length = 1; !path.empty(); path.remove_prefix(length)) {
    const char c = decoded(path, length);
    const bool is_delimiter = c == '/' || c == '\\' || c == '?' || c == '#';
    if (length > 1 && is_delimiter) {
      out += path.substr(0, length);
    } else {
      out += c;
    }
  }
}

void append_visible(std::string_view path, std::pmr::string& out) {
  for (std::size_t length = 1; !path.empty(); path.remove_prefix(length)) {
    if (is_visible(decoded(path, length))) out += path.substr(0, length);
  }
}

void append_folded(std::string_view path, std::pmr::string& out) {
  while (!path.empty()) {
    const Character character = character_at(path);
    const char c = folded(character.value);
    const bool is_itself = character.length == 1 && c == path.front();
    if (is_itself && is_visible(c)) {
      out += c;
    } else if (is_visible(c)) {
      append_escaped(c, out);
    }
    path.remove_prefix(character.length);
  }
}

std::string_view before_nul(std::string_view path) {
  std::size_t length = 1;
  for (std::size_t i = 0; i < path.size(); i += length) {
    if (decoded(path.substr(i), length) == '\0') return path.substr(0, i);
  }
  return path;
}

}  // namespace taskgate::route
