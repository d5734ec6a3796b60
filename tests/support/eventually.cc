#include "support/eventually.h"

namespace taskgate::test {

void Flag::set() {
  const std::lock_guard lock(mutex_);
  set_ = true;
  changed_.notify_all();
}

void Flag::wait(const std::string& what, Duration timeout) const {
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, timeout, [this] { return set_; })) {
    throw Failure("never happened: " + what);
  }
}

}  // namespace taskgate::test
