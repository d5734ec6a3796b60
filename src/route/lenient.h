// What lenient servers make of a target before they read its path: they decode twice, drop bytes
// that they do not like, end at a NUL, or take characters for the ASCII that they look like. Each
// gives another text, which is then read in all ways (reading.h). Private to this folder.
#pragma once

#include <cstddef>
#include <memory_resource>
#include <string>
#include <string_view>

namespace taskgate::route {

// The byte that `text` begins with, as an escape or as itself; `length` is how much of the text it
// takes.
char decoded(std::string_view text, std::size_t& length);

// Escapes are decoded, for a server that decodes what is left once more. Those of delimiters stay,
// since what a decoded delimiter means is the reading's business.
void append_decoded_once(std::string_view path, std::pmr::string& out);

// Only visible ASCII is left: line ends, blanks, NUL, and bytes that are not UTF-8 or not ASCII are
// dropped. (`$` of a regular expression matches before a line end; Python's "ignore" drops bytes.)
void append_visible(std::string_view path, std::pmr::string& out);

// The same, but characters that stand for an ASCII one are that: overlong UTF-8, full-width forms,
// "%u0061", the long s and the Kelvin sign, which ignoring case makes s and k.
void append_folded(std::string_view path, std::pmr::string& out);

// Up to the first NUL, where a C string ends.
std::string_view before_nul(std::string_view path);

}  // namespace taskgate::route
