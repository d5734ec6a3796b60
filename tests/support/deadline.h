// A moment after which a helper gives up. Every wait of the tests has one, so that a fault is a
// failure with a message and never a hang; none of them is what a test asserts.
#pragma once

#include <algorithm>

#include "base/time.h"

namespace taskgate::test {

// Long enough for a loaded machine under sanitizers: it is only ever waited out when a test fails.
inline constexpr Duration kPatience = std::chrono::seconds(20);

class Deadline {
 public:
  explicit Deadline(Duration from_now = kPatience) : when_(Clock::now() + from_now) {}

  bool passed() const { return Clock::now() >= when_; }
  TimePoint when() const { return when_; }
  // Milliseconds left, rounded up, as poll() takes them.
  int poll_timeout() const {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(when_ - Clock::now()).count();
    return static_cast<int>(std::clamp<long>(left, 0, 3'600'000));
  }

 private:
  TimePoint when_;
};

}  // namespace taskgate::test
