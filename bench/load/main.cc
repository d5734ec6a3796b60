// bench_load: one thread of load that wrk cannot make. bench_load --help says how it is driven.

#include <sys/prctl.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <cstdio>
#include <ctime>
#include <iostream>

#include "common/descriptors.h"
#include "load/load.h"

namespace taskgate::bench {
namespace {

constexpr std::size_t kOpenersAtMost = 32;  // a crowd comes in at a pace that listen backlogs bear

void rethrow(const std::exception_ptr& failure) {
  if (failure) std::rethrow_exception(failure);
}

Duration processor_time() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

// Opens one connection after the other, as long as there are some that no other opener has taken.
Task<> open_some(Load& load, std::size_t count, std::size_t& next) {
  while (next < count) {
    const std::size_t lane = next++;
    co_await load.open(lane);
  }
}

void open_all(asio::io_context& loop, Load& load, std::size_t count) {
  std::size_t next = 0;
  for (std::size_t i = 0; i < std::min(count, kOpenersAtMost); ++i) {
    asio::co_spawn(loop.get_executor(), open_some(load, count, next), rethrow);
  }
  loop.run();
  loop.restart();
}

Duration run_all(asio::io_context& loop, Load& load, std::size_t count) {
  const Duration before = processor_time();
  load.begin();
  for (std::size_t lane = 0; lane < count; ++lane) {
    asio::co_spawn(loop.get_executor(), load.run(lane), rethrow);
  }
  loop.run();
  return processor_time() - before;
}

void say(const std::string& line) {
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

void wait_for_line() {
  std::string ignored;
  std::getline(std::cin, ignored);
}

void drive(const Options& options) {
  // Timers that are a moment late would count as latency of whoever is measured.
  ::prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
  have_descriptors_for(options.connections);
  asio::io_context loop(1);
  const auto load = make_load(options, loop.get_executor());
  open_all(loop, *load, options.connections);
  say("{\"ready\":" + std::to_string(options.connections) + "}");
  wait_for_line();
  const Duration processor = run_all(loop, *load, options.connections);
  say(load->result(processor));
  wait_for_line();
}

int run(const std::vector<std::string>& arguments) {
  try {
    const Options options = parse_options(arguments);
    if (options.help) {
      std::fputs(usage().c_str(), stdout);
    } else {
      drive(options);
    }
    return 0;
  } catch (const UsageError& error) {
    std::fprintf(stderr, "bench_load: %s\n", error.what());
    return 64;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_load: %s\n", error.what());
    return 1;
  }
}

}  // namespace
}  // namespace taskgate::bench

int main(int argc, char** argv) {
  return taskgate::bench::run({argv + 1, argv + argc});
}
