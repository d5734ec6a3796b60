// Classes of creates: each has a share of the slots and a place in line of its own. Pure.
#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include "base/time.h"

namespace taskgate::gate {

// Stands for a class's name for as long as the gate lives: reloads do not change it.
using ClassId = std::uint32_t;
inline constexpr ClassId kDefaultClass = 0;
inline constexpr const char* kDefaultClassName = "default";

struct ClassRule {
  std::string name;
  int floor = 0;                              // slots that no other class may take
  int cap = std::numeric_limits<int>::max();  // slots that it may take at most
  Duration wait{};                            // in line, at most; 0: it does not stand in line
  Duration max_wait{};                        // ... for a client that asks for more; 0: `wait`
  int places = 100;                           // creates in line, at most
};

}  // namespace taskgate::gate
