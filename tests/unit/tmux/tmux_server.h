// A real tmux server of the test's own, with the machine's tmux.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "tmux/listing.h"

namespace taskgate::tmux::testing {

// Runs a program to its end with nothing of the user's tmux in its environment, in `folder` if one
// is given. Gives what it wrote on standard output; its success is required.
std::string run(const std::vector<std::string>& command, const std::string& folder = "");

// The sockets of the kernel's table that bear this path: a listening one and the server's ends of
// its connections, taken or not.
std::size_t sockets_at(const std::string& path);

class TmuxServer {
 public:
  // Starts a server at `path` that stays without sessions.
  explicit TmuxServer(std::string path);
  // Starts one at `path`, which may be longer than a socket's path: tmux runs in its folder.
  static TmuxServer in_folder(const std::string& folder, const std::string& name);
  TmuxServer(const TmuxServer&) = delete;
  TmuxServer& operator=(const TmuxServer&) = delete;
  ~TmuxServer();

  const std::string& path() const { return path_; }
  pid_t pid() const { return pid_; }

  // Runs tmux against this server.
  std::string tmux(std::vector<std::string> arguments) const;
  void add_sessions(const std::vector<std::string>& names) const;
  void send_signal(int signal) const;
  // Returns when the server does nothing any more; SIGCONT makes it go on.
  void stop() const;
  // Ends it by a signal that it cannot see, and waits until nobody listens any more; its socket
  // file stays.
  void kill();

  // The server lives, and the tmux binary shows the very sessions of the listing.
  void check_same(const Listing& listing) const;

 private:
  TmuxServer(std::string folder, std::string name);
  void start();

  std::string folder_;  // to run tmux in; empty: any
  std::string name_;    // for -S
  std::string path_;
  pid_t pid_ = 0;
};

}  // namespace taskgate::tmux::testing
