// A tmux server of a test's own, on a socket in a folder of its own; never the one of the person
// who runs the test.
#pragma once

#include <string>
#include <vector>

#include "support/environment.h"
#include "support/run.h"
#include "support/temp_dir.h"

namespace taskgate::test {

class TmuxServer {
 public:
  // Starts nothing: the socket's path is only a place. The folder is laid out as tmux does it below
  // TMUX_TMPDIR (folder()/tmux-<uid>/default), so the path serves `-S` as well as the variable.
  TmuxServer();
  // kill-server, and by pid when that does not help (a stopped server is continued first).
  ~TmuxServer();
  TmuxServer(const TmuxServer&) = delete;
  TmuxServer& operator=(const TmuxServer&) = delete;

  const std::string& socket() const { return socket_; }
  std::string folder() const { return dir_.path().string(); }  // for TMUX_TMPDIR
  Environment environment() const { return {{"TMUX_TMPDIR", folder()}}; }

  // A server without sessions that stays (`exit-empty off`).
  void start();
  void new_session(const std::string& name, const std::string& command = "sleep 86400");
  void kill_session(const std::string& name);
  // Names in tmux's order; empty when no server runs.
  std::vector<std::string> list() const;
  int count(const std::string& prefix = "kube-coder-") const;
  void kill_server();
  // SIGSTOP and SIGCONT for the server: it takes connections and does not answer.
  void stop();
  void resume();
  pid_t pid() const;  // 0 when no server runs

  // `tmux -S <socket> arguments...`; the result as it is.
  RunResult tmux(const std::vector<std::string>& arguments) const;

 private:
  void must(const std::vector<std::string>& arguments) const;

  TempDir dir_;
  std::string socket_;
  pid_t stopped_ = 0;
  mutable pid_t last_pid_ = 0;  // the last one seen, to end it whatever happened to its socket
};

}  // namespace taskgate::test
