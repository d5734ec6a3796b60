// What the helpers of the tests throw: the message is what a person reads in the test's report.
#pragma once

#include <stdexcept>
#include <string>

namespace taskgate::test {

class Failure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// `what` with the text of errno behind it.
[[noreturn]] void fail_errno(const std::string& what);

// `bytes` cut to a length that a report can show, with control characters escaped.
std::string shown(const std::string& bytes);

}  // namespace taskgate::test
