// The gate that runs in this container: found by its admin port, told by signals.
#pragma once

#include <optional>
#include <string>

#include "config/load.h"

namespace taskgate::cli {

// Why an answer of the admin port is of no use.
inline constexpr const char* kNoStatus = "the admin port's answer is no status of a gate";

struct RunningGate {
  int pid = 0;
  bool draining = false;
  bool drained = false;
};

// The gate that answers at `admin`. Nothing, with the reason in `why_not`, where none does.
std::optional<RunningGate> find_gate(const config::Address& admin, std::string& why_not);

// The same for a command that ends where there is none: says why, and what to check.
std::optional<RunningGate> find_gate_or_complain(const config::Loaded& loaded);
// Says on standard error that no gate answers, and what to check; gives the exit code.
int no_gate(const config::Loaded& loaded, const std::string& why_not);

// Whether its process is still there, whatever its admin port says.
bool is_running(const RunningGate& gate);

// Sends a signal. False, after a complaint, where the process is no gate of this container.
bool send_signal(const RunningGate& gate, int number);

}  // namespace taskgate::cli
