#include <cstdio>
#include <string>

#include "cli/cli.h"
#include "config/print.h"

namespace taskgate::cli {
namespace {

// The last line, which says that the rest can be relied on.
std::string ok(std::size_t warnings) {
  if (warnings == 0) return "ok";
  return "ok, with " + std::to_string(warnings) + (warnings == 1 ? " warning" : " warnings");
}

int not_ok(const char* consequence) {
  std::fprintf(stderr, "not ok: the gate would %s\n", consequence);
  return kUsage;
}

}  // namespace

int check(const Words& words) {
  Words flags = words;
  const bool origins = take_flag(flags, "--origins");
  const auto loaded = load_to_serve(flags);
  if (!loaded) return not_ok("not start");
  if (!loaded->config.configured) {
    return not_ok("start all the same, and refuse creates until that file is mended");
  }
  for (const std::string& line : loaded->warnings) {
    std::fprintf(stderr, "warning: %s\n", line.c_str());
  }
  std::fputs((origins ? to_origins(*loaded) : to_annotated_yaml(*loaded)).c_str(), stdout);
  std::printf("%s%s\n", origins ? "" : "# ", ok(loaded->warnings.size()).c_str());
  return kOk;
}

}  // namespace taskgate::cli
