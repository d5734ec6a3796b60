// storm: many requests at once, and a JSON summary of what came back. A load tool for the demo, the
// soak and the benchmarks; storm --help says what it can do.

#include <sys/resource.h>

#include <cstdio>

#include "standin/storm_run.h"

namespace taskgate::standin {
namespace {

void raise_descriptor_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

int run(const std::vector<std::string>& arguments) {
  try {
    const StormOptions options = parse_storm_options(arguments);
    raise_descriptor_limit();
    const std::string out = options.help ? storm_usage() : Storm(options).run().to_json() + "\n";
    std::fputs(out.c_str(), stdout);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "storm: %s\n", error.what());
    return 64;
  }
}

}  // namespace
}  // namespace taskgate::standin

int main(int argc, char** argv) {
  return taskgate::standin::run({argv + 1, argv + argc});
}
