#include "standin/tmux.h"

#include <sstream>

#include "support/failure.h"

namespace taskgate::standin {
namespace {

// A session that runs the stand-in must not lend it its own server.
test::Environment environment_of_sessions(const std::string& home) {
  test::Environment out = test::current_environment();
  out["HOME"] = home;
  out.erase("TMUX");
  out.erase("TMUX_PANE");
  return out;
}

}  // namespace

Tmux::Tmux(std::string socket, const std::string& home)
    : command_(socket.empty()
                   ? std::vector<std::string>{"tmux"}
                   : std::vector<std::string>{"tmux", "-S", std::move(socket), "-f", "/dev/null"}),
      environment_(environment_of_sessions(home)) {}

int Tmux::count_tasks() const {
  const auto result = tmux({"list-sessions", "-F", "#{session_name}"});
  if (result.status != 0) return 0;
  int count = 0;
  std::istringstream lines(result.out);
  for (std::string line; std::getline(lines, line);) count += line.starts_with("kube-coder-");
  return count;
}

bool Tmux::new_session(const std::string& name, const std::string& command) const {
  return tmux({"new-session", "-d", "-s", name, "-x", "220", "-y", "50", "bash", "-lc", command})
             .status == 0;
}

bool Tmux::has_session(const std::string& name) const {
  return tmux({"has-session", "-t", "=" + name}).status == 0;
}

bool Tmux::kill_session(const std::string& name) const {
  return tmux({"kill-session", "-t", "=" + name}).status == 0;
}

std::string Tmux::capture(const std::string& name) const {
  return tmux({"capture-pane", "-p", "-t", "=" + name + ":"}).out;
}

void Tmux::pipe_output(const std::string& name, const std::string& file) const {
  tmux({"pipe-pane", "-t", "=" + name + ":", "-o", "cat >> " + shell_quoted(file)});
}

test::RunResult Tmux::tmux(const std::vector<std::string>& arguments) const {
  std::vector<std::string> argv = command_;
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  try {
    return test::run(argv, environment_);
  } catch (const test::Failure& failure) {
    return {127, "", failure.what()};
  }
}

std::string shell_quoted(const std::string& text) {
  std::string out = "'";
  for (const char byte : text) out += byte == '\'' ? std::string("'\\''") : std::string(1, byte);
  return out + "'";
}

}  // namespace taskgate::standin
