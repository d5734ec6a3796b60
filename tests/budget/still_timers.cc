// Preloaded into the gate while its work is counted: timers are set, and never go off. How many of
// their ticks fall to a request depends on how long the request takes, and time is not counted.
// What waits for a time to pass must not wait for ever: with each sleep of the loop the clock goes
// ahead by more than the gate lets tmux rest between two listings.
#include <dlfcn.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <atomic>

namespace {

constexpr long kAhead = 300'000'000;  // nanoseconds
constexpr long kSecond = 1'000'000'000;
std::atomic<long> sleeps{0};

}  // namespace

extern "C" {

int timerfd_settime(int descriptor, int flags, const itimerspec*, itimerspec* old) {
  using Function = int (*)(int, int, const itimerspec*, itimerspec*);
  static const auto real = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "timerfd_settime"));
  const itimerspec never{};
  return real(descriptor, flags, &never, old);
}

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
