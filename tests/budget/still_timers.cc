// Preloaded into the gate while its work is counted: timers are set, and never go off. How many of
// their ticks fall to a request depends on how long the request takes, and time is not counted.
#include <dlfcn.h>
#include <sys/timerfd.h>

extern "C" int timerfd_settime(int descriptor, int flags, const itimerspec*, itimerspec* old) {
  using Function = int (*)(int, int, const itimerspec*, itimerspec*);
  static const auto real = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "timerfd_settime"));
  const itimerspec never{};
  return real(descriptor, flags, &never, old);
}
