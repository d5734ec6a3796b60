#include "standin/text.h"

#include <algorithm>

namespace taskgate::standin {
namespace {

bool is_space(char byte) {
  const auto value = static_cast<unsigned char>(byte);
  return (value >= 0x09 && value <= 0x0d) || (value >= 0x1c && value <= 0x20) || value == 0x85 ||
         value == 0xa0;
}

int hex_value(char byte) {
  if (byte >= '0' && byte <= '9') return byte - '0';
  if (byte >= 'a' && byte <= 'f') return byte - 'a' + 10;
  if (byte >= 'A' && byte <= 'F') return byte - 'A' + 10;
  return -1;
}

}  // namespace

std::vector<std::string> split_words(std::string_view text) {
  std::vector<std::string> words;
  bool inside = false;
  for (const char byte : text) {
    if (!is_space(byte) && !inside) words.emplace_back();
    inside = !is_space(byte);
    if (inside) words.back() += byte;
  }
  return words;
}

std::string_view stripped(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::optional<long long> to_int(std::string_view text) {
  // Of text that is all ASCII, int() does not strip 0x1C to 0x1F.
  const bool ascii = std::all_of(text.begin(), text.end(),
                                 [](char byte) { return static_cast<unsigned char>(byte) < 0x80; });
  if (ascii && text.find_first_of("\x1c\x1d\x1e\x1f") != std::string_view::npos)
    return std::nullopt;
  text = stripped(text);
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text.empty() || text.size() > 18) return std::nullopt;
  long long value = 0;
  char before = '_';
  for (const char byte : text) {
    const bool digit = byte >= '0' && byte <= '9';
    if (!digit && (byte != '_' || before == '_')) return std::nullopt;
    if (digit) value = value * 10 + (byte - '0');
    before = byte;
  }
  if (before == '_') return std::nullopt;
  return negative ? -value : value;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& byte : out) {
    if (byte >= 'A' && byte <= 'Z') byte = static_cast<char>(byte - 'A' + 'a');
  }
  return out;
}

std::string without_all(std::string text, std::string_view part) {
  std::string out;
  std::string_view rest = text;
  for (auto at = rest.find(part); at != std::string_view::npos; at = rest.find(part)) {
    out += rest.substr(0, at);
    rest.remove_prefix(at + part.size());
  }
  return out += rest;
}

std::string url_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escaped = text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 &&
                         hex_value(text[i + 2]) >= 0;
    if (!escaped) {
      out += text[i];
      continue;
    }
    out += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
    i += 2;
  }
  return out;
}

std::string html_escaped(std::string_view text) {
  std::string out;
  for (const char byte : text) {
    if (byte == '&') {
      out += "&amp;";
    } else if (byte == '<') {
      out += "&lt;";
    } else if (byte == '>') {
      out += "&gt;";
    } else {
      out += byte;
    }
  }
  return out;
}

bool consists_of(std::string_view text, std::string_view allowed) {
  return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

}  // namespace taskgate::standin
