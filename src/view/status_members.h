// Members of the JSON of GET /status, by their JSON pointer: what is absent, null or of another
// kind is not known. Pure.
#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace taskgate::view {

// Null where it is not known.
const boost::json::value* find(const boost::json::value& from, std::string_view pointer);
const boost::json::array* list(const boost::json::value& from, std::string_view pointer);

std::optional<std::int64_t> number(const boost::json::value& from, std::string_view pointer);
// Seconds since something happened: none where the clock was set back meanwhile.
std::optional<std::int64_t> age(const boost::json::value& from, std::string_view pointer);
std::string number_in_words(const boost::json::value& from, std::string_view pointer);  // or "?"
std::string text(const boost::json::value& from, std::string_view pointer,
                 const char* otherwise = "");
bool is(const boost::json::value& from, std::string_view pointer, bool expected);

}  // namespace taskgate::view
