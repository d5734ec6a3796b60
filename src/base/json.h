// JSON text made by hand where a line is written often; elsewhere Boost.JSON is used. Pure; any
// thread.
#pragma once

#include <string>
#include <string_view>

namespace taskgate {

// The longest start of the text that is well-formed UTF-8.
std::string_view utf8_prefix(std::string_view text);

// Appends `text` as a JSON string, quotes included. Bytes that are not UTF-8 become U+FFFD, so that
// whatever came over the wire, the result is valid JSON.
void append_json_string(std::string& out, std::string_view text);

}  // namespace taskgate
