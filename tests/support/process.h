// A program under test: started, watched, signalled, and ended by its pid.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "support/deadline.h"
#include "support/environment.h"
#include "support/spawn.h"

namespace taskgate::test {

class Process {
 public:
  // Throws Failure when it cannot be started. Its output is read all the time, so it never blocks
  // on it.
  explicit Process(const std::vector<std::string>& argv,
                   const Environment& environment = clean_environment());
  // The same, but its standard output is `out` and is not read here.
  Process(const std::vector<std::string>& argv, const Environment& environment, const Fd& out);
  // SIGTERM, and SIGKILL when that does not end it.
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }
  void signal(int number) const;
  // Waits for its end: the exit code, or 128 + the signal's number. Throws Failure with its output
  // at the timeout.
  int wait(Duration timeout = kPatience);
  bool running();

  // The first line of standard output (or of standard error) that holds a match of `regex`
  // (ECMAScript), whether it is written already or to come. Throws Failure with all output when it
  // does not come, at once when the process ended.
  std::string wait_for_line(const std::string& regex, Duration timeout = kPatience);
  std::string wait_for_error_line(const std::string& regex, Duration timeout = kPatience);

  // What was written so far; all of it once the process is known to have ended.
  std::string output() const;
  std::string error_output() const;

 private:
  struct Stream {
    Fd descriptor;
    std::string text;
    std::atomic<bool> open = true;
  };

  void look_for_end(const Deadline& deadline);
  void read_outputs();
  // False when there is nothing to read now, or any more.
  bool read_some(Stream& stream);
  std::string wait_for_line_of(const Stream& stream, const std::string& regex, Duration timeout);
  std::string report() const;

  std::string name_;
  pid_t pid_ = 0;
  std::optional<int> status_;
  Pipe stop_ = make_pipe();

  mutable std::mutex mutex_;  // guards the two streams' text and state
  std::condition_variable more_;
  Stream out_;
  Stream err_;
  std::thread reader_;
};

// The first group of `regex` in `text`; throws Failure when it does not match.
std::string capture(const std::string& text, const std::string& regex);

}  // namespace taskgate::test
