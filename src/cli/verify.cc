#include <cstdio>
#include <string>

#include "base/text.h"
#include "cli/client.h"
#include "cli/commands.h"

namespace taskgate::cli {
namespace {

// Such an answer comes from a login or a redirect before the gate and says nothing of the gate.
bool is_from_before(const LastHop& hop) {
  return (hop.status >= 300 && hop.status < 400) || hop.status == 401 || hop.status == 403 ||
         hop.status == 407;
}

std::string name_of(const LastHop& hop) {
  return hop.server.empty() ? "a server without a name" : "'" + printable(hop.server) + "'";
}

int not_told(const std::string& place, const LastHop& hop) {
  const std::string to = hop.location.empty() ? "" : " (to " + printable(hop.location) + ")";
  std::fprintf(stderr,
               "taskgate: %s: %s answered %d%s: a login or a redirect before the gate answers for "
               "it. Ask from the inside, by HOST:PORT of the Service.\n",
               place.c_str(), name_of(hop).c_str(), hop.status, to.c_str());
  return kFailed;
}

int another_answers(const std::string& place, const LastHop& hop) {
  std::fprintf(stderr, "taskgate: no gate answers at %s, but %s: creates are not limited there%s\n",
               place.c_str(), name_of(hop).c_str(),
               hop.server.empty() ? " (a gate is asked at `listen`, not at `admin`)" : "");
  return kFailed;
}

int nobody(const std::string& place, const std::string& why) {
  std::fprintf(stderr,
               "taskgate: %s: %s\n"
               "So it cannot be told. Check host and port, and that a pod is ready behind them.\n",
               place.c_str(), why.c_str());
  return kFailed;
}

}  // namespace

int verify(const Words& words) {
  if (words.size() != 1 || words[0].starts_with("-")) return wrong_usage("verify");
  const std::string shown = printable(words[0]);
  const auto place = parse_asked_place(words[0]);
  if (!place) {
    std::fprintf(stderr, "taskgate: '%s' %s\n", shown.c_str(), place.error().c_str());
    return kUsage;
  }
  const auto hop = last_hop(*place);
  if (!hop) return nobody(shown, hop.error());
  if (!hop->is_gate)
    return is_from_before(*hop) ? not_told(shown, *hop) : another_answers(shown, *hop);
  std::printf("a gate answers at %s\n", shown.c_str());
  return kOk;
}

}  // namespace taskgate::cli
