// What the texts in routes and classes may look like. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>

namespace taskgate::config {

// The most slots that a create may ask for, a class may have, and `limit` may allow.
inline constexpr std::uint64_t kMostSlots = 100'000;

// A method in capitals.
bool is_method(const std::string& text);

// A label of metrics and logs, and how messages say what is allowed.
bool is_label(const std::string& text);
inline constexpr const char* kLabelWords = "a-z, 0-9 and '-', beginning with a letter";

// A field's name (RFC 9110 section 5.6.2: token).
bool is_field_name(const std::string& text);

// What may stand in a target as it is sent: visible ASCII without a query.
bool is_path(const std::string& text);

// A path before others: no slash at its end, none twice.
bool is_prefix(const std::string& text);

// Whether a cleaned-up path can match at all: a normalized target has no escape, dot segment or
// repeated slash.
bool is_in_normal_form(const std::string& path);

// A JSON pointer (RFC 6901); the second one does not mean the whole document.
bool is_pointer(const std::string& text);
bool is_member_pointer(const std::string& text);

}  // namespace taskgate::config
