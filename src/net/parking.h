// Clients that keep their connection and have been silent for a while. A connection's coroutine
// holds 4 KiB; parked, it is a descriptor in an epoll set and the time at which it ends, from which
// it goes on when something comes. Loop thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "base/task.h"
#include "net/epoll_set.h"

namespace taskgate::net {

class Parking {
 public:
  // Goes on with a descriptor, and owns it from then on: its client sent something.
  using OnReady = std::function<void(int descriptor)>;

  // Those that are parked are counted as `idle`. `on_vanished` is told of each that was closed
  // because TCP's probes found its client gone.
  Parking(asio::io_context& loop, std::uint64_t& idle, OnReady on_ready,
          std::function<void()> on_vanished);
  ~Parking() { close_all(); }
  Parking(const Parking&) = delete;
  Parking& operator=(const Parking&) = delete;

  // How long a connection is silent before it is parked. Going on costs some ten system calls, so
  // it is longer than most clients think. In a crowd what they hold meanwhile counts for more.
  Duration patience() const;

  // Takes a socket over. It is closed when nothing comes within `limit` (0: no limit) or its client
  // leaves, and at once where there is no memory to wait for it, as an idle connection may be at
  // any time.
  void park(TcpSocket& socket, Duration limit);

  std::size_t size() const { return size_; }
  void close_all();

 private:
  bool is_parked(int descriptor) const;
  void unpark(int descriptor);
  void close(int descriptor);
  void tell(const epoll_event& event);
  void arm(TimePoint when);
  void expire();
  void give_memory_back();

  EpollSet set_;
  Timer timer_;
  Timer trim_;
  std::size_t parked_since_trim_ = 0;
  TimePoint armed_ = TimePoint::max();
  std::uint64_t& idle_;
  OnReady on_ready_;
  std::function<void()> on_vanished_;
  // By descriptor: those of a process are small numbers, and one entry is less than what an
  // allocation of its own would cost.
  std::vector<TimePoint> ends_;
  std::size_t size_ = 0;
};

}  // namespace taskgate::net
