// Event streams: each event carries the moment at which it was due, on the clock that all processes
// of a machine share.

#include <stdexcept>

#include "load/modes.h"
#include "support/number.h"

namespace taskgate::bench {
namespace {

constexpr std::size_t kBuffer = 1;  // lines are read into the connection's own text
constexpr std::string_view kAccept = "Accept: text/event-stream\r\n";
constexpr std::string_view kStamp = "data: ";

class Streams : public Load {
 public:
  Streams(const Options& options, Executor executor) : Load(options, executor, kBuffer) {}

  Task<> open(std::size_t lane) override {
    Connection& own = connection(lane);
    co_await open_with(own, kAccept, options_.status);
    std::string line;
    do {
      line = co_await own.line();
    } while (line != "event: ready");
  }

  // Events that were due before the run are left over from the opening.
  Task<> run(std::size_t lane) override {
    if (options_.duration == std::chrono::milliseconds::zero()) co_return;
    for (;;) {
      const std::string line = co_await connection(lane).line();
      if (!line.starts_with(kStamp)) continue;
      const TimePoint due = stamp_of(line);
      if (is_over(due)) co_return;
      if (due >= start_) tally_.add(Clock::now() - due, line.size());
    }
  }

 private:
  static TimePoint stamp_of(const std::string& line) {
    const auto value = test::to_number(std::string_view(line).substr(kStamp.size()));
    if (!value) throw std::runtime_error("an event was torn: '" + line + "'");
    return TimePoint(std::chrono::nanoseconds(*value));
  }
};

}  // namespace

std::unique_ptr<Load> make_streams(const Options& options, Executor executor) {
  return std::make_unique<Streams>(options, executor);
}

}  // namespace taskgate::bench
