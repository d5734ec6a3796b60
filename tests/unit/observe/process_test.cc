#include "observe/process.h"

#include <fcntl.h>
#include <sys/resource.h>

#include <vector>

#include "support/catch.h"
#include "support/fd.h"

namespace taskgate::observe {
namespace {

TEST_CASE("The open descriptors are counted without the one that the count itself needs") {
  int open_now = 0;
  for (int number = 0; number < 4096; ++number) {
    if (fcntl(number, F_GETFD) != -1) ++open_now;
  }
  CHECK(process_use().open_fds == open_now);
  const auto before = process_use().open_fds;
  REQUIRE(before);
  const test::Fd file(open("/dev/null", O_RDONLY | O_CLOEXEC));
  CHECK(process_use().open_fds == *before + 1);
}

TEST_CASE("Memory that is touched is resident") {
  const auto before = process_use().resident_bytes;
  REQUIRE(before);
  CHECK(*before > 100'000);
  const std::vector<char> block(64 << 20, 'x');
  CHECK(process_use().resident_bytes > *before + (32 << 20));
}

TEST_CASE("CPU time grows with work") {
  const double before = process_use().cpu_seconds;
  CHECK(before > 0);
  const auto grew = [&] { return process_use().cpu_seconds > before; };
  int looks = 0;  // each look is work itself
  while (!grew() && looks < 10'000'000) ++looks;
  CHECK(grew());
}

TEST_CASE("The limit of descriptors is the one that counts now") {
  rlimit limit{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &limit) == 0);
  const rlimit lower{limit.rlim_cur - 1, limit.rlim_max};
  REQUIRE(setrlimit(RLIMIT_NOFILE, &lower) == 0);
  CHECK(process_use().max_fds == static_cast<double>(lower.rlim_cur));
  REQUIRE(setrlimit(RLIMIT_NOFILE, &limit) == 0);
}

}  // namespace
}  // namespace taskgate::observe
