#include "proxy/client_watch.h"

#include <poll.h>
#include <sys/epoll.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace taskgate::proxy {
namespace {

constexpr Duration kMoment = std::chrono::milliseconds(50);

int make_set() {
  const int descriptor = epoll_create1(EPOLL_CLOEXEC);
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
  return descriptor;
}

}  // namespace

ClientWatch::ClientWatch(asio::io_context& loop) : set_(loop, make_set()), timer_(loop) {
  wait();
}

ClientWatch::Guard::Guard(ClientWatch& watch, int descriptor, std::function<void()> on_gone)
    : watch_(watch), descriptor_(descriptor), on_gone_(std::move(on_gone)) {
  watch.new_ones_.push_back(*this);
  watch.arm();
}

ClientWatch::Guard::~Guard() {
  if (in_set_) watch_.control(EPOLL_CTL_DEL, *this);
}

void ClientWatch::Guard::set_half_close_is_leaving() {
  half_close_is_leaving_ = true;
  if (in_set_) watch_.control(EPOLL_CTL_MOD, *this);
}

void ClientWatch::arm() {
  if (std::exchange(armed_, true)) return;
  timer_.expires_after(kMoment);
  timer_.async_wait([this](ErrorCode error) {
    armed_ = false;
    if (!error) add_new_ones();
  });
}

void ClientWatch::add_new_ones() {
  while (!new_ones_.empty()) {
    Guard& guard = new_ones_.front();
    new_ones_.pop_front();
    guard.in_set_ = true;
    control(EPOLL_CTL_ADD, guard);
  }
}

// A reset is told whatever is asked for. Where the kernel has no memory for the entry, the client's
// end shows at the next write to it.
void ClientWatch::control(int operation, Guard& guard) {
  epoll_event event{};
  event.events = guard.half_close_is_leaving_ ? EPOLLRDHUP : 0U;
  event.data.ptr = &guard;
  epoll_ctl(set_.native_handle(), operation, guard.descriptor_, &event);
}

void ClientWatch::wait() {
  set_.async_wait(Set::wait_read, [this](ErrorCode error) {
    if (error) return;
    tell();
    wait();
  });
}

// To the last one: the loop is told of the set only when it becomes ready anew.
void ClientWatch::tell() {
  std::array<epoll_event, 64> events;
  for (;;) {
    const int count =
        epoll_wait(set_.native_handle(), events.data(), static_cast<int>(events.size()), 0);
    if (count <= 0) return;
    for (int i = 0; i < count; ++i) {
      Guard& guard = *static_cast<Guard*>(events[static_cast<std::size_t>(i)].data.ptr);
      control(EPOLL_CTL_DEL, guard);
      guard.in_set_ = false;
      guard.on_gone_();
    }
  }
}

bool was_reset(int descriptor) {
  pollfd state{descriptor, 0, 0};
  return poll(&state, 1, 0) == 1 && (state.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0;
}

}  // namespace taskgate::proxy
