// Preloaded into the gate beside still_timers.cc where what is counted needs time to have passed:
// the monotonic clock is as far ahead as the file CLOCK_AHEAD says: seconds, then nanoseconds.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cstdlib>

namespace {

constexpr long kSecond = 1'000'000'000;
const volatile timespec* ahead = nullptr;

__attribute__((constructor)) void map_file() {
  const int file = open(getenv("CLOCK_AHEAD"), O_RDONLY | O_CLOEXEC);
  void* const mapped = mmap(nullptr, sizeof *ahead, PROT_READ, MAP_SHARED, file, 0);
  if (mapped == MAP_FAILED) abort();
  close(file);
  ahead = static_cast<const volatile timespec*>(mapped);
}

}  // namespace

extern "C" int clock_gettime(clockid_t clock, timespec* now) noexcept {
  const long failed = syscall(SYS_clock_gettime, clock, now);
  if (failed != 0 || clock != CLOCK_MONOTONIC || ahead == nullptr) return static_cast<int>(failed);
  now->tv_sec += ahead->tv_sec;
  now->tv_nsec += ahead->tv_nsec;
  if (now->tv_nsec >= kSecond) {
    ++now->tv_sec;
    now->tv_nsec -= kSecond;
  }
  return 0;
}
