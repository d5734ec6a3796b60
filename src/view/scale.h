// Slots drawn as cells: one each, or shares of them where there are too many to draw. Pure.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace taskgate::view {

class Scale {
 public:
  // `most`: cells that are drawn at most.
  Scale(std::int64_t slots, std::size_t most)
      : slots_(slots), cells_(std::min(static_cast<std::int64_t>(most), slots)) {}

  std::int64_t cells() const { return cells_; }
  // The cells of so many slots, rounded up so that a single one of many is seen.
  std::int64_t operator()(std::int64_t count) const {
    const std::int64_t all = std::max<std::int64_t>(slots_, 1);
    return std::min(cells_, (std::min(count, slots_) * cells_ + all - 1) / all);
  }

 private:
  std::int64_t slots_;
  std::int64_t cells_;
};

}  // namespace taskgate::view
