// Running a program to its end. Any thread.
#pragma once

#include <string>
#include <vector>

#include "support/deadline.h"
#include "support/environment.h"

namespace taskgate::test {

struct RunResult {
  int status = 0;  // the exit code, or 128 + the signal's number
  std::string out;
  std::string err;
};

// Throws Failure when it cannot be started, and when it has not ended after `timeout` (it is then
// killed).
RunResult run(const std::vector<std::string>& argv,
              const Environment& environment = clean_environment(), Duration timeout = kPatience);

}  // namespace taskgate::test
