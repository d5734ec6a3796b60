// A line of coroutines that wait for something there is too little of: first come, first served.
// Loop thread only.
#pragma once

#include <boost/intrusive/list.hpp>
#include <functional>

#include "base/task.h"

namespace taskgate::net {

class WaitLine {
 public:
  explicit WaitLine(asio::io_context& loop) : loop_(loop) {}

  bool empty() const { return waiting_.empty(); }
  std::size_t size() const { return waiting_.size(); }  // by counting

  // Waits until it is first in line and `ready()`; false: `deadline` came first. Who was let
  // through takes what it waited for and calls wake_first(), for there may be enough for the next.
  Task<bool> wait(std::function<bool()> ready, TimePoint deadline);

  // Something came free.
  void wake_first();

 private:
  struct Place : boost::intrusive::list_base_hook<
                     boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
    Place(asio::io_context& loop, TimePoint deadline) : wake(loop, deadline) {}
    Timer wake;
  };

  asio::io_context& loop_;
  boost::intrusive::list<Place, boost::intrusive::constant_time_size<false>> waiting_;
};

}  // namespace taskgate::net
