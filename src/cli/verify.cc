#include <cstdio>
#include <string>

#include "base/text.h"
#include "cli/cli.h"
#include "cli/client.h"
#include "config/values.h"

namespace taskgate::cli {

int verify(const Words& words) {
  if (words.size() != 1) {
    std::fputs("usage: taskgate verify HOST:PORT\n", stderr);
    return kUsage;
  }
  const auto address = config::parse_address(words[0], false);
  if (!address) {
    std::fprintf(stderr, "taskgate: '%s' %s\n", words[0].c_str(), address.error().text.c_str());
    return kUsage;
  }
  const auto server = last_hop(*address);
  if (!server) {
    std::fprintf(stderr, "taskgate: %s: %s\n", words[0].c_str(), server.error().c_str());
    return kFailed;
  }
  if (*server == "taskgate") {
    std::printf("a gate answers at %s\n", words[0].c_str());
    return kOk;
  }
  std::fprintf(stderr, "taskgate: no gate answers at %s, but '%s': creates are not limited there\n",
               words[0].c_str(),
               server->empty() ? "a server without a name" : printable(*server).c_str());
  return kFailed;
}

}  // namespace taskgate::cli
