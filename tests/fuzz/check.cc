#include "fuzz/check.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace taskgate::fuzz {

void check(bool holds, const char* sentence) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", sentence);
  std::abort();
}

void check_equal(const std::string& left, const std::string& right, const char* sentence) {
  if (left == right) return;
  std::fprintf(stderr, "<<< %s\n>>> %s\n", left.c_str(), right.c_str());
  check(false, sentence);
}

std::mt19937 chance_of(std::string_view input) {
  unsigned hash = 2166136261;  // FNV-1a
  for (const char byte : input) hash = (hash ^ static_cast<unsigned char>(byte)) * 16777619;
  return std::mt19937(hash);
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char byte) {
    return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
  });
  return out;
}

}  // namespace taskgate::fuzz
