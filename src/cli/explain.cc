#include <cstdio>

#include "cli/commands.h"

namespace taskgate::cli {

int explain(const Words& words) {
  if (words.size() < 2 || words[0].starts_with("--") || words[1].starts_with("--")) {
    return wrong_usage("explain");
  }
  const auto loaded = load_or_complain(Words(words.begin() + 2, words.end()));
  if (!loaded) return kUsage;
  std::printf("%s\n", loaded->config.routes.explain(words[0], words[1]).c_str());
  return kOk;
}

}  // namespace taskgate::cli
