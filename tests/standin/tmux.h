// tmux by its command line, a subprocess a question, as upstream. Any thread.
#pragma once

#include <string>
#include <vector>

#include "support/run.h"

namespace taskgate::standin {

class Tmux {
 public:
  // With an empty path tmux finds its server by TMUX_TMPDIR. `home` is the sessions' HOME: the
  // login shells in them must not run the profile of whoever runs the stand-in.
  Tmux(std::string socket, const std::string& home);

  // Sessions named kube-coder-*. Any failure counts as none: the upstream fails open.
  int count_tasks() const;
  // A detached session that runs `bash -lc command`. False when tmux fails.
  bool new_session(const std::string& name, const std::string& command) const;
  bool has_session(const std::string& name) const;
  // False when there is none.
  bool kill_session(const std::string& name) const;
  // What the session's screen shows.
  std::string capture(const std::string& name) const;
  void pipe_output(const std::string& name, const std::string& file) const;

 private:
  test::RunResult tmux(const std::vector<std::string>& arguments) const;

  std::vector<std::string> command_;
  test::Environment environment_;
};

// `text` as one word of a shell.
std::string shell_quoted(const std::string& text);

}  // namespace taskgate::standin
