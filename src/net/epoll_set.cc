#include "net/epoll_set.h"

#include <cerrno>
#include <system_error>
#include <utility>

namespace taskgate::net {
namespace {

int make_set() {
  const int descriptor = epoll_create1(EPOLL_CLOEXEC);
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
  return descriptor;
}

}  // namespace

EpollSet::EpollSet(asio::io_context& loop, OnReady on_ready)
    : set_(loop, make_set()), on_ready_(std::move(on_ready)) {
  wait();
}

bool EpollSet::add(int descriptor, std::uint32_t events, epoll_data_t tag) {
  return control(EPOLL_CTL_ADD, descriptor, events, tag);
}

void EpollSet::change(int descriptor, std::uint32_t events, epoll_data_t tag) {
  control(EPOLL_CTL_MOD, descriptor, events, tag);
}

void EpollSet::remove(int descriptor) {
  control(EPOLL_CTL_DEL, descriptor, 0, {});
}

bool EpollSet::control(int operation, int descriptor, std::uint32_t events, epoll_data_t tag) {
  epoll_event event{.events = events, .data = tag};
  return epoll_ctl(set_.native_handle(), operation, descriptor, &event) == 0;
}

void EpollSet::wait() {
  set_.async_wait(asio::posix::descriptor_base::wait_read, [this](ErrorCode error) {
    if (error) return;
    tell();
    wait();
  });
}

// To the last one: the loop is told of the set only when it becomes ready anew. One at a time: who
// is told of one may take others out of the set.
void EpollSet::tell() {
  epoll_event event;
  while (epoll_wait(set_.native_handle(), &event, 1, 0) == 1) on_ready_(event);
}

}  // namespace taskgate::net
