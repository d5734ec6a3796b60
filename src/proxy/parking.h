// Clients that keep their connection and have been silent for a while. A connection's coroutine
// holds 3 KiB; parked, it is a descriptor in an epoll set and an entry of some 50 bytes, from which
// it goes on when something comes. Loop thread only.
#pragma once

#include <boost/intrusive/set.hpp>
#include <cstdint>
#include <functional>

#include "base/task.h"
#include "proxy/epoll_set.h"

namespace taskgate::proxy {

class Parking {
 public:
  // How long a connection is silent before it is parked: going on costs some ten system calls. The
  // shorter, the fewer of a crowd hold a coroutine at the same time.
  static constexpr Duration kAfter = std::chrono::milliseconds(100);

  // Those that are parked are counted as `idle`.
  Parking(asio::io_context& loop, std::uint64_t& idle);
  ~Parking() { close_all(); }
  Parking(const Parking&) = delete;
  Parking& operator=(const Parking&) = delete;

  // Who goes on with a descriptor, and owns it then: its client sent something, or left. Without
  // one it is closed.
  void set_on_ready(std::function<void(int descriptor)> on_ready);

  // Takes a socket over. It is closed when nothing comes within `limit` (0: no limit), and at once
  // where there is no memory to wait for it, as an idle connection may be at any time.
  void park(TcpSocket& socket, Duration limit);

  std::size_t size() const { return parked_.size(); }
  void close_all();

 private:
  struct Parked : boost::intrusive::set_base_hook<> {
    int descriptor = -1;
    TimePoint due;
    friend bool operator<(const Parked& a, const Parked& b) { return a.due < b.due; }
  };

  int unpark(Parked& parked);
  void resume(Parked& parked);
  void arm();
  void expire();
  void give_memory_back();

  EpollSet set_;
  Timer timer_;
  Timer trim_;
  std::size_t parked_since_trim_ = 0;
  TimePoint armed_ = TimePoint::max();
  std::uint64_t& idle_;
  std::function<void(int)> on_ready_;
  boost::intrusive::multiset<Parked> parked_;  // owned
};

}  // namespace taskgate::proxy
