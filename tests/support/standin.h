// The stand-in of the first upstream, as a running program (tests/standin).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "support/process.h"
#include "support/temp_dir.h"
#include "support/tmux_server.h"

namespace taskgate::test {

class Standin {
 public:
  // Starts it on a free port, with its sessions on the socket of `tmux`; `flags` as in
  // tests/standin/README.md.
  explicit Standin(const TmuxServer& tmux, const std::vector<std::string>& flags = {});
  // The same with sessions on any socket path, also an impossible one.
  explicit Standin(const std::string& tmux_socket, const std::vector<std::string>& flags = {});

  std::uint16_t port() const { return port_; }
  Process& process() { return process_; }
  const TempDir& dir() const { return dir_; }

  // GET /standin/stats: what has arrived. Requests below /standin/ are not counted.
  struct Stats {
    int connections = 0;  // accepted ever
    int open = 0;         // not closed yet by the stand-in
    int requests = 0;
    int creates_received = 0;             // requests that took a create route
    int creates_executed = 0;             // those that came as far as making a session
    std::vector<std::string> create_ids;  // their markers, in order of arrival
  };
  Stats stats() const;

 private:
  TempDir dir_;
  Process process_;
  std::uint16_t port_;
};

// The path of the binary, for tests that start it in their own way.
std::string standin_binary();

}  // namespace taskgate::test
