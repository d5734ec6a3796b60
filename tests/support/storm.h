// The load tool as a test uses it (tests/standin/storm.cc).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace taskgate::test {

struct StormSummary {
  int sent = 0;
  std::map<int, int> answers;         // by status
  std::map<std::string, int> errors;  // connect, reset, closed, malformed
  int unanswered = 0;

  int answered(int status) const {
    const auto found = answers.find(status);
    return found == answers.end() ? 0 : found->second;
  }
};

// Runs it against 127.0.0.1:port to its end. Throws Failure when it refuses its flags.
StormSummary run_storm(std::uint16_t port, const std::vector<std::string>& flags = {});

}  // namespace taskgate::test
