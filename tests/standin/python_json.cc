#include "standin/python_json.h"

#include <boost/json/serialize.hpp>
#include <cstdio>

namespace taskgate::standin {
namespace {

namespace json = boost::json;

// The code point that starts at `at`, which is moved behind it. The text is UTF-8, or Boost.JSON
// would not have it.
unsigned take_code_point(std::string_view text, std::size_t& at) {
  const auto first = static_cast<unsigned char>(text[at++]);
  if (first < 0x80) return first;
  const int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
  unsigned value = first & (0x3fU >> more);
  for (int i = 0; i < more && at < text.size(); ++i) {
    value = value << 6U | (static_cast<unsigned char>(text[at++]) & 0x3fU);
  }
  return value;
}

void append_escape(std::string& out, unsigned unit) {
  char escape[8];
  std::snprintf(escape, sizeof escape, "\\u%04x", unit);
  out += escape;
}

// The JSON text of a string with what is outside ASCII as \u escapes, in surrogate pairs where
// needed.
std::string escaped(std::string_view serialized) {
  std::string out;
  for (std::size_t at = 0; at < serialized.size();) {
    const unsigned code = take_code_point(serialized, at);
    if (code < 0x80) {
      out += static_cast<char>(code);
    } else if (code < 0x10000) {
      append_escape(out, code);
    } else {
      append_escape(out, 0xd800 + ((code - 0x10000) >> 10U));
      append_escape(out, 0xdc00 + ((code - 0x10000) & 0x3ffU));
    }
  }
  return out;
}

std::string list_of(const json::array& array) {
  std::string out;
  for (const auto& element : array) out += (out.empty() ? "" : ", ") + python_json(element);
  return "[" + out + "]";
}

std::string list_of(const json::object& object) {
  std::string out;
  for (const auto& [name, value] : object) {
    out += (out.empty() ? "" : ", ") + escaped(json::serialize(json::string(name))) + ": " +
           python_json(value);
  }
  return "{" + out + "}";
}

}  // namespace

std::string python_json(const json::value& value) {
  if (value.is_object()) return list_of(value.get_object());
  if (value.is_array()) return list_of(value.get_array());
  return escaped(json::serialize(value));
}

std::string string_member(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

}  // namespace taskgate::standin
