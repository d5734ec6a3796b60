// What the fuzz targets share: ending on a broken invariant, and chance that depends on the input
// alone.
#pragma once

#include <random>
#include <string>
#include <string_view>

namespace taskgate::fuzz {

// Prints the sentence and aborts, which is how the fuzzer learns of a find, unless it `holds`.
void check(bool holds, const char* sentence);
// The same for two texts that must be equal; prints both.
void check_equal(const std::string& left, const std::string& right, const char* sentence);

// The same numbers for the same input, so that a find can be had again from its file.
std::mt19937 chance_of(std::string_view input);

std::string lower(std::string_view text);

}  // namespace taskgate::fuzz
