#include "support/tmux_server.h"

#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <sstream>

#include "support/eventually.h"
#include "support/failure.h"
#include "support/process_state.h"

namespace taskgate::test {
namespace {

constexpr Duration kGrace = std::chrono::seconds(5);

// Whether that process runs and is a tmux server, not one that got its number since. A zombie does
// not run: when it is reaped is up to the process that adopted it.
bool is_tmux(pid_t pid) {
  const std::string stat = stat_of(pid);
  return stat.find(" (tmux") != std::string::npos && !is_in_state('Z', stat);
}

}  // namespace

TmuxServer::TmuxServer() {
  const std::string sockets = dir_ / ("tmux-" + std::to_string(::getuid()));
  if (::mkdir(sockets.c_str(), 0700) != 0) fail_errno("cannot make " + sockets);
  socket_ = sockets + "/default";
}

TmuxServer::~TmuxServer() {
  try {
    kill_server();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "tmux server on %s: %s\n", socket_.c_str(), error.what());
  }
}

void TmuxServer::start() {
  must({"start-server", ";", "set-option", "-s", "exit-empty", "off"});
  pid();
}

void TmuxServer::new_session(const std::string& name, const std::string& command) {
  must({"new-session", "-d", "-s", name, "-x", "220", "-y", "50", command});
  if (last_pid_ == 0) pid();
}

void TmuxServer::kill_session(const std::string& name) {
  // "=" asks for the exact name; a bare one would match as a prefix too.
  must({"kill-session", "-t", "=" + name});
}

std::vector<std::string> TmuxServer::list() const {
  const RunResult result = tmux({"list-sessions", "-F", "#{pid} #{session_name}"});
  std::vector<std::string> names;
  std::istringstream lines(result.status == 0 ? result.out : "");
  for (std::string line; std::getline(lines, line);) {
    // A server that the upstream started must end too, when its file has been taken away.
    std::size_t digits = 0;
    last_pid_ = static_cast<pid_t>(std::stol(line, &digits));
    names.push_back(line.substr(digits + 1));
  }
  return names;
}

int TmuxServer::count(const std::string& prefix) const {
  int out = 0;
  for (const auto& name : list()) out += name.starts_with(prefix) ? 1 : 0;
  return out;
}

void TmuxServer::kill_server() {
  resume();
  // A test may have taken the socket's file away; the server that it knew must end all the same.
  const pid_t server = pid() != 0 ? pid() : last_pid_;
  if (server == 0) return;
  const bool is_told = tmux({"kill-server"}).status == 0;
  if (!is_told && is_tmux(server)) ::kill(server, SIGTERM);
  try {
    eventually(
        "the tmux server ends", [&] { return !is_tmux(server); }, kGrace);
  } catch (const Failure&) {
    ::kill(server, SIGKILL);
  }
  last_pid_ = 0;
}

void TmuxServer::stop() {
  stopped_ = pid();
  if (stopped_ == 0) throw Failure("no tmux server runs on " + socket_);
  ::kill(stopped_, SIGSTOP);
}

void TmuxServer::resume() {
  if (stopped_ != 0) ::kill(stopped_, SIGCONT);
  stopped_ = 0;
}

pid_t TmuxServer::pid() const {
  // display-message is a command that does not start a server.
  const RunResult result = tmux({"display-message", "-p", "#{pid}"});
  if (result.status != 0 || result.out.empty()) return 0;
  last_pid_ = static_cast<pid_t>(std::stol(result.out));
  return last_pid_;
}

RunResult TmuxServer::tmux(const std::vector<std::string>& arguments) const {
  std::vector<std::string> argv = {"tmux", "-S", socket_, "-f", "/dev/null"};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  // A home of its own, so that no shell in a session runs somebody's profile.
  return run(argv, clean_environment_with({{"HOME", folder()}}));
}

void TmuxServer::must(const std::vector<std::string>& arguments) const {
  const RunResult result = tmux(arguments);
  if (result.status != 0) throw Failure("tmux " + arguments.at(0) + " failed: " + result.err);
}

}  // namespace taskgate::test
