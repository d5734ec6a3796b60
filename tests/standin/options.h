// The stand-in's flags; tests/standin/README.md describes them for people.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "support/flags.h"

namespace taskgate::standin {

using test::UsageError;
using Milliseconds = std::chrono::milliseconds;

enum class AuthMode { basic, oauth2, none };

struct Options {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;
  int backlog = 5;  // as upstream

  std::string tmux_socket;  // empty: tmux's own choice by TMUX_TMPDIR
  std::string session_command = "exec sleep 86400";
  bool pipe_pane = false;

  std::optional<int> cap;  // the upstream's own, unlocked check; none: every create passes
  Milliseconds create_delay{0};
  Milliseconds answer_delay{0};
  bool count_only = false;          // a create is counted and answered, and makes nothing
  std::optional<int> fail_creates;  // the status that every create gets; 0 closes without an answer

  std::string state;  // empty: a new folder, removed at the end
  std::string files;  // what /home/dev is upstream; empty: <state>/files

  AuthMode auth = AuthMode::basic;
  bool readonly = false;
  bool trusted_proxy = true;
  std::string token = "standin-token";
  std::string fire_token = "nightly-token";

  Milliseconds heartbeat{15'000};
  Milliseconds stream_max{1'800'000};
  Milliseconds stream_poll{1'500};
  Milliseconds stream_grace{5'000};
  Milliseconds shell_delay{0};
  Milliseconds board_time{1'000};  // from the answer to a board run to its last task
  std::uint16_t terminal_port = 7681;

  bool help = false;
};

// Reads `--name value` and `--name=value`, then AUTH_MODE, READONLY_MODE and TRUSTED_PROXY from the
// environment where no flag said otherwise. Throws UsageError.
Options parse_options(const std::vector<std::string>& arguments);

// What --help prints.
std::string usage();

}  // namespace taskgate::standin
