#include "support/spawn.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <thread>

#include "support/failure.h"

namespace taskgate::test {
namespace {

// The attributes of posix_spawn, destroyed whatever happens.
struct Attributes {
  Attributes() {
    posix_spawnattr_init(&value);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&value, &none);
    posix_spawnattr_setsigdefault(&value, &all);
    posix_spawnattr_setflags(&value, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~Attributes() { posix_spawnattr_destroy(&value); }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  posix_spawnattr_t value;
};

struct Actions {
  Actions(int out, int err) {
    posix_spawn_file_actions_init(&value);
    posix_spawn_file_actions_addopen(&value, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&value, out, 1);
    posix_spawn_file_actions_adddup2(&value, err, 2);
  }
  ~Actions() { posix_spawn_file_actions_destroy(&value); }
  Actions(const Actions&) = delete;
  Actions& operator=(const Actions&) = delete;
  posix_spawn_file_actions_t value;
};

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (auto& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

int exit_code(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

Pipe make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) fail_errno("pipe");
  return {Fd(ends[0]), Fd(ends[1])};
}

pid_t spawn(const std::vector<std::string>& argv, const Environment& environment, int out,
            int err) {
  std::vector<std::string> arguments = argv;
  std::vector<std::string> variables;
  for (const auto& [name, value] : environment) variables.push_back(name + "=" + value);
  const Attributes attributes;
  const Actions actions(out, err);
  pid_t pid = 0;
  const int error = ::posix_spawnp(&pid, argv.at(0).c_str(), &actions.value, &attributes.value,
                                   pointers(arguments).data(), pointers(variables).data());
  errno = error;
  if (error != 0) fail_errno("cannot start " + argv[0]);
  return pid;
}

std::optional<int> wait_for_exit(pid_t pid, const Deadline& deadline) {
  for (;;) {
    int status = 0;
    const pid_t got = ::waitpid(pid, &status, WNOHANG);
    if (got == pid) return exit_code(status);
    if (got < 0 && errno != EINTR) fail_errno("waitpid");
    if (deadline.passed()) return std::nullopt;
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
}

}  // namespace taskgate::test
