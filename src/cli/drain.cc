#include <signal.h>
#include <unistd.h>

#include <boost/json/parse.hpp>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>

#include "admin/client.h"
#include "base/time.h"
#include "cli/cli.h"

namespace taskgate::cli {
namespace {

struct Gate {
  int pid = 0;
  bool drained = false;
};

// The gate that answers on the admin port. Its pid is that of this container, since the hook runs
// there too.
std::optional<Gate> ask(const config::Address& admin, std::string& why_not) {
  const auto body = admin::get(admin, "/status");
  if (!body) {
    why_not = body.error();
    return std::nullopt;
  }
  boost::system::error_code error;
  const boost::json::value status = boost::json::parse(*body, error);
  const auto* object = error ? nullptr : status.if_object();
  const auto* pid = object == nullptr ? nullptr : object->if_contains("pid");
  const auto* drained = object == nullptr ? nullptr : object->if_contains("drained");
  if (pid == nullptr || !pid->is_int64() || drained == nullptr || !drained->is_bool()) {
    why_not = "the admin port's answer is no status of a gate";
    return std::nullopt;
  }
  return Gate{static_cast<int>(pid->get_int64()), drained->get_bool()};
}

// A pid read over the network is signalled only if it is this very program.
bool runs_this_program(int pid) {
  std::error_code error;
  const auto ours = std::filesystem::read_symlink("/proc/self/exe", error);
  const auto theirs = std::filesystem::read_symlink("/proc/" + std::to_string(pid) + "/exe", error);
  return !error && pid > 0 && ours == theirs;
}

int wait_until_drained(const config::Config& config) {
  const TimePoint deadline = Clock::now() + config.drain.timeout + std::chrono::seconds(2);
  std::string why_not;
  while (Clock::now() < deadline) {
    const auto gate = ask(config.admin, why_not);
    if (!gate || gate->drained) return kOk;  // gone is drained as well
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  std::fputs("taskgate: the gate has not finished its drain in time\n", stderr);
  return kFailed;
}

}  // namespace

int drain(Words flags) {
  const bool waits = !take_flag(flags, "--no-wait");
  const auto loaded = load_or_complain(flags);
  if (!loaded) return kUsage;
  std::string why_not;
  const auto gate = ask(loaded->config.admin, why_not);
  if (!gate) {
    std::fprintf(stderr, "taskgate: %s\n", why_not.c_str());
    return kFailed;
  }
  if (!runs_this_program(gate->pid) || kill(gate->pid, SIGUSR1) != 0) {
    std::fprintf(stderr, "taskgate: process %d is not a gate of this container\n", gate->pid);
    return kFailed;
  }
  return waits ? wait_until_drained(loaded->config) : kOk;
}

}  // namespace taskgate::cli
