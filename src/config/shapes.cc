#include "config/shapes.h"

#include <algorithm>
#include <string_view>

#include "base/text.h"

namespace taskgate::config {

bool is_method(const std::string& text) {
  return !text.empty() && text.size() <= 20 && is_upper(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return is_upper(c) || c == '-' || c == '_'; });
}

bool is_label(const std::string& text) {
  return !text.empty() && text.size() <= 40 && is_lower(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return is_lower(c) || is_digit(c) || c == '-'; });
}

bool is_field_name(const std::string& text) {
  static constexpr std::string_view kOther = "!#$%&'*+-.^_`|~";
  return !text.empty() && text.size() <= 100 && std::all_of(text.begin(), text.end(), [](char c) {
    return is_letter(c) || is_digit(c) || kOther.find(c) != std::string_view::npos;
  });
}

bool is_path(const std::string& text) {
  return text.starts_with('/') && std::all_of(text.begin(), text.end(), [](char c) {
           return c > ' ' && c < 0x7F && c != '?' && c != '#';
         });
}

bool is_prefix(const std::string& text) {
  return is_path(text) && !text.ends_with('/') && text.find("//") == std::string::npos;
}

bool is_in_normal_form(const std::string& path) {
  const std::string closed = path + "/";
  const bool is_root = path == "/";
  return path.find_first_of("%\\;") == std::string::npos && (is_root || !path.ends_with('/')) &&
         path.find("//") == std::string::npos && closed.find("/./") == std::string::npos &&
         closed.find("/../") == std::string::npos;
}

// Section 3: '~' stands only in "~0" and "~1".
bool is_pointer(const std::string& text) {
  if (!text.empty() && text.front() != '/') return false;
  for (std::size_t i = text.find('~'); i != std::string::npos; i = text.find('~', i + 1)) {
    if (i + 1 == text.size() || (text[i + 1] != '0' && text[i + 1] != '1')) return false;
  }
  return true;
}

bool is_member_pointer(const std::string& text) {
  return !text.empty() && is_pointer(text);
}

}  // namespace taskgate::config
