// An enumeration's values, for enumerations that count from 0. Pure.
#pragma once

#include <array>
#include <cstddef>

namespace taskgate {

// All of them, in their order; `last` is the last one.
template <auto last>
consteval auto values_up_to() {
  std::array<decltype(last), static_cast<std::size_t>(last) + 1> values{};
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<decltype(last)>(i);
  return values;
}

}  // namespace taskgate
