// How Catch shows a cell of a meter.
#pragma once

#include <ostream>

#include "view/view.h"

namespace taskgate::view {

inline std::ostream& operator<<(std::ostream& out, Cell cell) {
  return out << name_of(cell);
}

}  // namespace taskgate::view
