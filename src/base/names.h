// The names of an enumeration's values, as logs, labels and the status have them, in one table.
// Pure.
#pragma once

#include <array>
#include <cstddef>

namespace taskgate {

template <typename Enum>
struct Name {
  Enum value;
  const char* name;
};

template <typename Enum, std::size_t count>
class Names {
 public:
  // Does not compile unless each value has its row, in the order of the values.
  consteval Names(const Name<Enum> (&rows)[count], Enum last) {
    for (std::size_t i = 0; i < count; ++i) {
      if (place(rows[i].value) != i) throw "a row is not where its value belongs";
      names_[i] = rows[i].name;
    }
    if (place(last) + 1 != count) throw "a value has no row";
  }

  constexpr const char* operator[](Enum value) const { return names_[place(value)]; }

 private:
  static constexpr std::size_t place(Enum value) { return static_cast<std::size_t>(value); }

  std::array<const char*, count> names_{};
};

// `last` is the enumeration's last value.
template <typename Enum, std::size_t count>
consteval Names<Enum, count> names_up_to(Enum last, const Name<Enum> (&rows)[count]) {
  return {rows, last};
}

}  // namespace taskgate
