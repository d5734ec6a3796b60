// libFuzzer's entry points, declared once. Each fuzz target defines the first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" {
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                    unsigned seed);
// Given by libFuzzer: one of its own mutations of the bytes, in place; gives their new number.
std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);
}

namespace taskgate::fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace taskgate::fuzz
