#include "base/time.h"

#include "support/catch.h"

namespace taskgate {
namespace {

using namespace std::chrono_literals;
using std::chrono::system_clock;

TEST_CASE("a duration is written in the largest unit that is exact") {
  const auto [duration, text] = GENERATE(table<Duration, std::string>({
      {0s, "0s"},
      {1ms, "1ms"},
      {500ms, "500ms"},
      {1s, "1s"},
      {1500ms, "1500ms"},
      {59s, "59s"},
      {60s, "1m"},
      {75s, "75s"},
      {120s, "2m"},
      {3599s, "3599s"},
      {60min, "1h"},
      {90min, "90m"},
      {48h, "48h"},
  }));
  CHECK(format_duration(duration) == text);
}

TEST_CASE("wall time is RFC 3339 in UTC, with milliseconds") {
  const auto [since_epoch, text] = GENERATE(table<std::chrono::milliseconds, std::string>({
      {0ms, "1970-01-01T00:00:00.000Z"},
      {1ms, "1970-01-01T00:00:00.001Z"},
      {951'782'399'999ms, "2000-02-28T23:59:59.999Z"},
      {951'782'400'000ms, "2000-02-29T00:00:00.000Z"},
      {1'767'225'600'050ms, "2026-01-01T00:00:00.050Z"},
  }));
  CHECK(format_wall_time(system_clock::time_point(since_epoch)) == text);
}

TEST_CASE("wall time is cut to its millisecond, not rounded") {
  const auto when = system_clock::time_point(999'999us);
  CHECK(format_wall_time(when) == "1970-01-01T00:00:00.999Z");
}

TEST_CASE("seconds keep their fraction") {
  CHECK(to_seconds(1500ms) == Approx(1.5));
  CHECK(to_seconds(-250us) == Approx(-0.00025));
}

}  // namespace
}  // namespace taskgate
