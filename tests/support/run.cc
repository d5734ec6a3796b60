#include "support/run.h"

#include <poll.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "support/failure.h"
#include "support/spawn.h"

namespace taskgate::test {
namespace {

struct Output {
  Pipe pipe = make_pipe();
  std::string text;
};

// False at the end of the output.
bool read_some(Output& output) {
  std::array<char, 16384> buffer;
  const auto got = ::read(output.pipe.read.get(), buffer.data(), buffer.size());
  if (got < 0) return errno == EINTR;
  output.text.append(buffer.data(), static_cast<std::size_t>(got));
  return got > 0;
}

// False when the deadline passed before both ended.
bool read_both(Output& out, Output& err, const Deadline& deadline) {
  std::array<pollfd, 2> polled = {
      {{out.pipe.read.get(), POLLIN, 0}, {err.pipe.read.get(), POLLIN, 0}}};
  const std::array<Output*, 2> outputs = {&out, &err};
  while (polled[0].fd >= 0 || polled[1].fd >= 0) {
    if (::poll(polled.data(), polled.size(), deadline.poll_timeout()) == 0) return false;
    for (std::size_t i = 0; i < polled.size(); ++i) {
      if (polled[i].fd >= 0 && polled[i].revents != 0 && !read_some(*outputs[i])) polled[i].fd = -1;
    }
  }
  return true;
}

std::string joined(const std::vector<std::string>& argv) {
  std::string out;
  for (const auto& word : argv) out += (out.empty() ? "" : " ") + word;
  return out;
}

}  // namespace

RunResult run(const std::vector<std::string>& argv, const Environment& environment,
              Duration timeout) {
  const Deadline deadline(timeout);
  Output out;
  Output err;
  const pid_t pid = spawn(argv, environment, out.pipe.write.get(), err.pipe.write.get());
  out.pipe.write.close();
  err.pipe.write.close();
  const bool ended = read_both(out, err, deadline);
  const auto status = ended ? wait_for_exit(pid, deadline) : std::nullopt;
  if (status) return {*status, std::move(out.text), std::move(err.text)};
  ::kill(pid, SIGKILL);
  wait_for_exit(pid, Deadline());
  throw Failure("has not ended in time: " + joined(argv) + "\n" + out.text + err.text);
}

}  // namespace taskgate::test
