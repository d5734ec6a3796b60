#include "tmux_server.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <functional>
#include <thread>
#include <utility>

#include "base/time.h"
#include "support/catch.h"
#include "support/process_state.h"

namespace taskgate::tmux::testing {
namespace {

[[noreturn]] void become(const std::vector<std::string>& command, const std::string& folder,
                         int output) {
  ::unsetenv("TMUX");
  ::unsetenv("TMUX_TMPDIR");
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const bool ready =
      ::dup2(output, STDOUT_FILENO) >= 0 && (folder.empty() || ::chdir(folder.c_str()) == 0);
  if (ready) ::execvp(arguments[0], arguments.data());
  ::_exit(127);
}

std::string read_all(int descriptor) {
  std::string text;
  std::array<char, 4096> buffer;
  for (;;) {
    const auto size = ::read(descriptor, buffer.data(), buffer.size());
    if (size <= 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(size));
  }
}

struct Result {
  int status = 0;
  std::string output;
};

Result execute(const std::vector<std::string>& command, const std::string& folder) {
  int ends[2];
  REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) become(command, folder, ends[1]);
  ::close(ends[1]);
  Result result;
  result.output = read_all(ends[0]);
  ::close(ends[0]);
  REQUIRE(::waitpid(child, &result.status, 0) == child);
  return result;
}

// Sleeps until `done`, and has the test fail if that takes too long.
void wait_until(const std::function<bool()>& done) {
  const TimePoint give_up = Clock::now() + std::chrono::seconds(30);
  while (!done() && Clock::now() < give_up) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  CHECK(done());
}

std::string line_of(const Session& session) {
  std::string line("$");
  line += std::to_string(session.id);
  line += ' ';
  line += std::to_string(session.created);
  line += ' ';
  return line += session.name;
}

std::vector<std::string> split_lines(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

}  // namespace

std::string run(const std::vector<std::string>& command, const std::string& folder) {
  const Result result = execute(command, folder);
  CAPTURE(command);
  INFO("status 32512 means that the program cannot be run: is tmux installed?");
  REQUIRE(result.status == 0);
  return result.output;
}

std::size_t sockets_at(const std::string& path) {
  std::ifstream table("/proc/net/unix");
  REQUIRE(table);
  std::size_t sockets = 0;
  for (std::string line; std::getline(table, line);) sockets += line.ends_with(" " + path) ? 1 : 0;
  return sockets;
}

TmuxServer::TmuxServer(std::string path) : TmuxServer("", std::move(path)) {}

TmuxServer TmuxServer::in_folder(const std::string& folder, const std::string& name) {
  return TmuxServer(folder, name);
}

TmuxServer::TmuxServer(std::string folder, std::string name)
    : folder_(std::move(folder)),
      name_(std::move(name)),
      path_(folder_.empty() ? name_ : folder_ + "/" + name_) {
  start();
}

void TmuxServer::start() {
  pid_ = std::stoi(tmux({"-f", "/dev/null", "start-server", ";", "set", "-g", "exit-empty", "off",
                         ";", "display-message", "-p", "#{pid}"}));
  REQUIRE(pid_ > 1);
}

TmuxServer::~TmuxServer() {
  if (pid_ == 0) return;
  ::kill(pid_, SIGCONT);
  static_cast<void>(execute({"tmux", "-S", name_, "kill-server"}, folder_));
  kill();
}

std::string TmuxServer::tmux(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), {"tmux", "-u", "-S", name_});
  return run(arguments, folder_);
}

void TmuxServer::add_sessions(const std::vector<std::string>& names) const {
  constexpr std::size_t kChain = 100;  // the server takes a command of 16 KiB at most
  for (std::size_t at = 0; at < names.size(); at += kChain) {
    std::vector<std::string> command;
    for (std::size_t index = at; index < std::min(at + kChain, names.size()); ++index) {
      if (!command.empty()) command.emplace_back(";");
      command.insert(command.end(), {"new-session", "-d", "-s", names[index], "sleep", "1000"});
    }
    tmux(command);
  }
}

void TmuxServer::send_signal(int signal) const {
  REQUIRE(::kill(pid_, signal) == 0);
}

void TmuxServer::stop() const {
  send_signal(SIGSTOP);
  wait_until([&] { return test::is_in_state('T', test::stat_of(pid_)); });
}

// The server's children that have not yet become the session's command hold its listening socket
// too.
void TmuxServer::kill() {
  ::kill(std::exchange(pid_, 0), SIGKILL);
  wait_until([&] { return sockets_at(name_) == 0; });
}

void TmuxServer::check_same(const Listing& listing) const {
  CAPTURE(listing.detail);
  REQUIRE(listing.known());
  std::vector<std::string> seen;
  for (const Session& session : listing.sessions) {
    if (session.server == pid_) seen.push_back(line_of(session));
  }
  auto expected = split_lines(
      tmux({"list-sessions", "-F", "#{session_id} #{session_created} #{session_name}"}));
  std::ranges::sort(seen);
  std::ranges::sort(expected);
  CHECK(seen == expected);
}

}  // namespace taskgate::tmux::testing
