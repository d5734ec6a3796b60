// A set of descriptors of its own beside the loop's: for what Asio could wait for only with a
// coroutine or a buffer for each descriptor. Loop thread only.
#pragma once

#include <sys/epoll.h>

#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <functional>

#include "base/task.h"

namespace taskgate::net {

class EpollSet {
 public:
  using OnReady = std::function<void(const epoll_event&)>;

  // `on_ready` is told what became of a descriptor, with its tag, and must take it out of the set.
  // Throws std::system_error when there is no descriptor for the set.
  EpollSet(asio::io_context& loop, OnReady on_ready);

  // `events` as for epoll_ctl; EPOLLERR and EPOLLHUP are always among them. False: the kernel has
  // no memory for it. What `tag` points to stays valid until the descriptor is out of the set.
  bool add(int descriptor, std::uint32_t events, epoll_data_t tag);
  void change(int descriptor, std::uint32_t events, epoll_data_t tag);
  void remove(int descriptor);

 private:
  bool control(int operation, int descriptor, std::uint32_t events, epoll_data_t tag);
  void wait();
  void tell();

  asio::posix::basic_stream_descriptor<Executor> set_;
  OnReady on_ready_;
};

}  // namespace taskgate::net
