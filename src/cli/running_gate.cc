#include "cli/running_gate.h"

#include <signal.h>

#include <boost/json/parse.hpp>
#include <cstdio>
#include <filesystem>

#include "base/text.h"
#include "cli/cli.h"
#include "cli/client.h"
#include "config/print.h"
#include "view/status_members.h"

namespace taskgate::cli {
namespace {

// A pid read over the network is signalled only if it is this very program.
bool runs_this_program(int pid) {
  std::error_code error;
  const auto ours = std::filesystem::read_symlink("/proc/self/exe", error);
  const auto theirs = std::filesystem::read_symlink("/proc/" + std::to_string(pid) + "/exe", error);
  return !error && pid > 0 && ours == theirs;
}

}  // namespace

// Its pid is that of this container, since the command runs there too.
std::optional<RunningGate> find_gate(const config::Address& admin, std::string& why_not) {
  const auto body = get(admin, "/status");
  if (!body) {
    why_not = body.error();
    return std::nullopt;
  }
  boost::system::error_code not_json;  // then it is null, and has no members
  const boost::json::value status = boost::json::parse(*body, not_json);
  const auto pid = view::number(status, "/pid");
  if (!pid || view::find(status, "/draining") == nullptr) {
    why_not = kNoStatus;
    return std::nullopt;
  }
  return RunningGate{static_cast<int>(*pid), view::is(status, "/draining", true),
                     view::is(status, "/drained", true)};
}

std::optional<RunningGate> find_gate_or_complain(const config::Loaded& loaded) {
  std::string why_not;
  auto gate = find_gate(loaded.config.admin, why_not);
  if (!gate) no_gate(loaded, why_not);
  return gate;
}

int no_gate(const config::Loaded& loaded, const std::string& why_not) {
  const std::string origin = config::origin_of(loaded, "admin");
  std::fprintf(
      stderr,
      "taskgate: %s\n"
      "No gate answers there. The address is `admin`, here %s (%s). Check that a gate runs "
      "in this\ncontainer, and that its `admin` is the same; --admin HOST:PORT asks "
      "another.\n",
      printable(why_not).c_str(), config::to_string(loaded.config.admin).c_str(),
      printable(origin).c_str());
  return kFailed;
}

bool is_running(const RunningGate& gate) {
  return runs_this_program(gate.pid);
}

bool send_signal(const RunningGate& gate, int number) {
  if (runs_this_program(gate.pid) && kill(gate.pid, number) == 0) return true;
  std::fprintf(stderr,
               "taskgate: process %d is not a gate of this container, or another user's: run the "
               "command in the gate's container, as its user\n",
               gate.pid);
  return false;
}

}  // namespace taskgate::cli
