// Waiting for something that another process or thread brings about.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "support/deadline.h"
#include "support/failure.h"

namespace taskgate::test {

// Returns as soon as `condition()` holds; throws Failure naming `what` when it does not within
// `timeout`. `what` is a sentence: "the session is listed".
template <typename Condition>
void eventually(const std::string& what, Condition condition, Duration timeout = kPatience) {
  const Deadline deadline(timeout);
  while (!condition()) {
    if (deadline.passed()) {
      throw Failure("not within " + std::to_string(to_seconds(timeout)) + " s: " + what);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

// Something that happens once: a scripted upstream that must not answer before the test says so
// waits for one, and a test that must know that the upstream has come so far waits for another.
class Flag {
 public:
  void set();
  // Throws Failure naming `what` when it is not set within `timeout`.
  void wait(const std::string& what, Duration timeout = kPatience) const;

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  bool set_ = false;
};

}  // namespace taskgate::test
