#include "net/inbox.h"

#include <sys/eventfd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace taskgate::net {
namespace {

int make_bell() {
  const int descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  return descriptor;
}

}  // namespace

Inbox::Inbox(asio::io_context& loop) : bell_(loop, make_bell()) {
  wait();
}

void Inbox::put(std::function<void()> work) {
  const std::scoped_lock lock(mutex_);
  works_.push_back(std::move(work));
  if (works_.size() == 1) eventfd_write(bell_.native_handle(), 1);
}

void Inbox::wait() {
  bell_.async_wait(asio::posix::descriptor_base::wait_read, [this](ErrorCode error) {
    if (error) return;
    empty();
    wait();
  });
}

// Without the lock, so that what is done may put something too.
void Inbox::empty() {
  std::vector<std::function<void()>> works;
  {
    const std::scoped_lock lock(mutex_);
    eventfd_t ignored = 0;
    eventfd_read(bell_.native_handle(), &ignored);
    works.swap(works_);
  }
  for (const auto& work : works) work();
}

}  // namespace taskgate::net
