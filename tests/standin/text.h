// Text as Python's str treats it after latin-1 decoding, since the upstream is written in it and
// its sloppiness is what the gate must withstand.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace taskgate::standin {

// str.split(): on runs of white space, which includes VT, FF, 0x1C to 0x1F, 0x85 and 0xA0.
std::vector<std::string> split_words(std::string_view text);
// str.strip()
std::string_view stripped(std::string_view text);
// int(text): white space around, a sign, and single underscores between digits are all fine.
std::optional<long long> to_int(std::string_view text);

std::string lower(std::string_view text);
std::string without_all(std::string text, std::string_view part);
// %XX decoded; a percent sign without two hex digits stays.
std::string url_decoded(std::string_view text);
// & < > as HTML entities.
std::string html_escaped(std::string_view text);
bool consists_of(std::string_view text, std::string_view allowed);

inline constexpr std::string_view kDigits = "0123456789";
inline constexpr std::string_view kLowerAlnum = "abcdefghijklmnopqrstuvwxyz0123456789";

}  // namespace taskgate::standin
