// Starting a program and waiting for its end, by pid. Any thread.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "support/deadline.h"
#include "support/environment.h"
#include "support/fd.h"

namespace taskgate::test {

struct Pipe {
  Fd read;
  Fd write;
};
// Both ends close on exec.
Pipe make_pipe();

// Starts argv[0] (looked up in PATH) with standard input from /dev/null, default signal actions and
// an empty signal mask. Throws Failure when it cannot be started.
pid_t spawn(const std::vector<std::string>& argv, const Environment& environment, int out, int err);

// The exit code, or 128 + the signal's number as a shell says it; nothing when the deadline passes
// first.
std::optional<int> wait_for_exit(pid_t pid, const Deadline& deadline);

}  // namespace taskgate::test
