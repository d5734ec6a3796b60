#include "config/yaml.h"

#include <string_view>

#include "base/json.h"

namespace taskgate::config {
namespace {

bool is_plain(const std::string& text) {
  constexpr std::string_view kFirst =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/.";
  constexpr std::string_view kOther =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+*:";
  const bool is_null = text == "null" || text == "Null" || text == "NULL";
  return !text.empty() && !is_null && kFirst.find(text.front()) != std::string_view::npos &&
         text.find_first_not_of(kOther) == std::string::npos && !text.ends_with(':') &&
         text != "..." && text != ".";
}

}  // namespace

// JSON's string is YAML's double-quoted one (YAML 1.2 section 1.3).
std::string yaml(const std::string& text) {
  if (is_plain(text)) return text;
  std::string out;
  append_json_string(out, text);
  return out;
}

std::string yaml(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const std::string& text : texts) out += (out.size() > 1 ? ", " : "") + yaml(text);
  return out + "]";
}

}  // namespace taskgate::config
