// The log's lines as a test reads them.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <string>

#include "base/log.h"
#include "support/catch.h"

namespace taskgate::test {

// What is logged during its life goes into a pipe.
class CapturedLog {
 public:
  CapturedLog() {
    REQUIRE(pipe2(ends_.data(), O_NONBLOCK | O_CLOEXEC) == 0);
    log::set_descriptor(ends_[1]);
  }
  ~CapturedLog() {
    log::set_descriptor(STDOUT_FILENO);
    close(ends_[0]);
    close(ends_[1]);
  }
  std::string text() {
    std::array<char, 8192> buffer{};
    const auto length = read(ends_[0], buffer.data(), buffer.size());
    return length < 0 ? "" : std::string(buffer.data(), static_cast<std::size_t>(length));
  }

 private:
  std::array<int, 2> ends_{};
};

}  // namespace taskgate::test
