// The drain of the running gate, and its taking back: by signal, since the admin port only reads.
#include <signal.h>

#include <cstdio>
#include <string>
#include <thread>

#include "base/time.h"
#include "cli/cli.h"
#include "cli/client.h"
#include "cli/running_gate.h"
#include "config/load.h"

namespace taskgate::cli {
namespace {

constexpr Duration kBetweenLooks = std::chrono::milliseconds(100);
// Long enough for a signal to come in.
constexpr Duration kGrace = std::chrono::seconds(2);

// The gate's own times: this command has neither its flags nor, after a reload that failed, its
// file.
config::Config::Drain times_of_gate(const config::Config& own) {
  const auto shown = get(own.admin, "/config");
  if (!shown) return own.drain;
  config::Sources sources;
  sources.flags = {"--config=/config"};
  sources.variable = [](std::string_view) { return std::nullopt; };
  sources.read_file = [&](const std::string&) { return *shown; };
  sources.use = config::Use::reading;
  const auto loaded = config::load(sources);
  return loaded ? loaded->config.drain : own.drain;
}

void say_that_it_drains(const RunningGate& before, const config::Config::Drain& times) {
  if (before.draining) {
    std::puts("the gate drains already\ntaskgate resume takes it back");
  } else {
    std::printf(
        "draining: creates are refused; new connections are taken for %s more, and what is in "
        "flight has %s in all\ntaskgate resume takes it back\n",
        format_duration(times.notice).c_str(), format_duration(times.timeout).c_str());
  }
  std::fflush(stdout);
}

// A gate whose admin port is busy for a moment has not ended.
int wait_until_drained(const RunningGate& told, const config::Address& admin, Duration timeout) {
  const TimePoint deadline = Clock::now() + timeout + kGrace;
  bool began = false;
  std::string why_not;
  for (; Clock::now() < deadline; std::this_thread::sleep_for(kBetweenLooks)) {
    const auto gate = find_gate(admin, why_not);
    if (!gate) {
      if (is_running(told)) continue;
      std::puts("drained: the gate has ended");
      return kOk;
    }
    if (gate->drained) {
      std::puts("drained: nothing is in flight any more; the gate stays until SIGTERM");
      return kOk;
    }
    if (began && !gate->draining) {
      std::fputs("taskgate: the drain was taken back\n", stderr);
      return kFailed;
    }
    began = gate->draining;
  }
  std::fputs("taskgate: the gate has not finished its drain in time\n", stderr);
  return kFailed;
}

int wait_until_open(const config::Loaded& loaded) {
  const TimePoint deadline = Clock::now() + kGrace;
  for (; Clock::now() < deadline; std::this_thread::sleep_for(kBetweenLooks)) {
    const auto gate = find_gate_or_complain(loaded);
    if (!gate) return kFailed;
    if (gate->draining) continue;
    std::puts("the drain is taken back: the gate accepts connections and decides creates again");
    return kOk;
  }
  std::fputs(
      "taskgate: the drain goes on: that of a SIGTERM is final, and the gate's log has the reason "
      "where it cannot listen again\n",
      stderr);
  return kFailed;
}

}  // namespace

int drain(const Words& words) {
  Words flags = words;
  const bool waits = !take_flag(flags, "--no-wait");
  const auto loaded = load_to_ask(flags);
  if (!loaded) return kUsage;
  const auto gate = find_gate_or_complain(*loaded);
  if (!gate || !send_signal(*gate, SIGUSR1)) return kFailed;
  const auto times = times_of_gate(loaded->config);
  say_that_it_drains(*gate, times);
  return waits ? wait_until_drained(*gate, loaded->config.admin, times.timeout) : kOk;
}

int resume(const Words& words) {
  const auto loaded = load_to_ask(words);
  if (!loaded) return kUsage;
  const auto gate = find_gate_or_complain(*loaded);
  if (!gate) return kFailed;
  if (!gate->draining) {
    std::puts("the gate is not draining: there is nothing to take back");
    return kOk;
  }
  return send_signal(*gate, SIGUSR2) ? wait_until_open(*loaded) : kFailed;
}

}  // namespace taskgate::cli
