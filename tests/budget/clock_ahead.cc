// Preloaded into the gate beside still_timers.cc where what is counted waits for tmux to have
// rested: with each sleep of the loop the monotonic clock goes ahead by more than a rest is long.
#include <dlfcn.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <atomic>

namespace {

constexpr long kAhead = 300'000'000;  // nanoseconds
constexpr long kSecond = 1'000'000'000;
std::atomic<long> sleeps{0};

}  // namespace

extern "C" {

int epoll_wait(int descriptor, epoll_event* events, int most, int timeout) {
  using Function = int (*)(int, epoll_event*, int, int);
  static const auto real = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "epoll_wait"));
  const int count = real(descriptor, events, most, timeout);
  if (timeout != 0) ++sleeps;
  return count;
}

int clock_gettime(clockid_t clock, timespec* now) noexcept {
  const long failed = syscall(SYS_clock_gettime, clock, now);
  if (failed != 0 || clock != CLOCK_MONOTONIC) return static_cast<int>(failed);
  const long nanoseconds = now->tv_nsec + sleeps * kAhead % kSecond;
  now->tv_sec += sleeps * kAhead / kSecond + nanoseconds / kSecond;
  now->tv_nsec = nanoseconds % kSecond;
  return 0;
}

}  // extern "C"
