#include "net/wait_line.h"

namespace taskgate::net {

Task<bool> WaitLine::wait(std::function<bool()> ready, TimePoint deadline) {
  Place place(loop_, deadline);
  waiting_.push_back(place);
  for (;;) {
    co_await place.wake.async_wait(kTask);
    if (&waiting_.front() == &place && ready()) co_return true;
    if (Clock::now() < deadline) continue;
    place.unlink();
    wake_first();  // it may have been this one that held up the line
    co_return false;
  }
}

void WaitLine::wake_first() {
  if (!waiting_.empty()) waiting_.front().wake.cancel();
}

}  // namespace taskgate::net
