// Preloaded into a program under test: its wall clock is off by as many seconds as the file says
// that SHIFTED_CLOCK names, from one look to the next; the monotonic clock is left alone.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>

namespace {

using Shift = std::atomic<std::int64_t>;
static_assert(sizeof(Shift) == sizeof(std::int64_t) && Shift::is_always_lock_free);

const Shift* map_shift() {
  const char* const path = std::getenv("SHIFTED_CLOCK");
  const int file = path == nullptr ? -1 : open(path, O_RDONLY | O_CLOEXEC);
  void* const memory = mmap(nullptr, sizeof(Shift), PROT_READ, MAP_SHARED, file, 0);
  if (memory == MAP_FAILED) std::abort();  // a test that shifts nothing proves nothing
  close(file);
  return static_cast<const Shift*>(memory);
}

std::int64_t shift() {
  static const Shift* const value = map_shift();
  return value->load();
}

bool is_wall_clock(clockid_t clock) {
  return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI;
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* now) noexcept {
  const long failed = syscall(SYS_clock_gettime, clock, now);
  if (failed == 0 && is_wall_clock(clock)) now->tv_sec += shift();
  return static_cast<int>(failed);
}

int gettimeofday(timeval* now, void*) noexcept {
  timespec wall{};
  clock_gettime(CLOCK_REALTIME, &wall);
  *now = {wall.tv_sec, wall.tv_nsec / 1000};
  return 0;
}

time_t time(time_t* now) noexcept {
  timespec wall{};
  clock_gettime(CLOCK_REALTIME, &wall);
  if (now != nullptr) *now = wall.tv_sec;
  return wall.tv_sec;
}
}
