#include <cstdio>

#include "cli/cli.h"

namespace taskgate::cli {

int check(const Words& flags) {
  const auto loaded = load_or_complain(flags);
  if (!loaded || !loaded->config.configured) return kUsage;
  for (const std::string& line : loaded->warnings) {
    std::fprintf(stderr, "warning: %s\n", line.c_str());
  }
  std::fputs(config::to_annotated_yaml(*loaded).c_str(), stdout);
  return kOk;
}

}  // namespace taskgate::cli
