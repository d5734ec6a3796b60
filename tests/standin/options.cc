#include "standin/options.h"

#include <cstdlib>

#include "standin/text.h"

namespace taskgate::standin {
namespace {

int number(const std::string& value) {
  const auto parsed = to_int(value);
  if (!parsed || *parsed > 86'400'000) throw UsageError("not a number: " + value);
  return static_cast<int>(*parsed);
}

std::uint16_t port(const std::string& value) {
  const int parsed = number(value);
  if (parsed < 0 || parsed > 65535) throw UsageError("not a port: " + value);
  return static_cast<std::uint16_t>(parsed);
}

Milliseconds milliseconds(const std::string& value) {
  return Milliseconds(number(value));
}

bool is_true(const std::string& value) {
  const std::string text = lower(value);
  return text == "true" || text == "1" || text == "yes" || text == "on";
}

AuthMode auth_mode(const std::string& value) {
  if (value == "basic") return AuthMode::basic;
  if (value == "oauth2") return AuthMode::oauth2;
  if (value == "none") return AuthMode::none;
  throw UsageError("not an auth mode: " + value);
}

using S = const std::string&;

const std::vector<test::Flag<Options>>& flags() {
  static const std::vector<test::Flag<Options>> kFlags = {
      {"--address", "HOST", "IPv4 address to listen on (127.0.0.1)",
       [](Options& o, S v) { o.address = v; }},
      {"--port", "N", "0 takes a free one", [](Options& o, S v) { o.port = port(v); }},
      {"--backlog", "N", "of the listening socket (5, as upstream)",
       [](Options& o, S v) { o.backlog = number(v); }},
      {"--tmux-socket", "PATH", "use tmux -S PATH -f /dev/null instead of TMUX_TMPDIR",
       [](Options& o, S v) { o.tmux_socket = v; }},
      {"--session-command", "TEXT", "what bash -lc runs in a session (exec sleep 86400)",
       [](Options& o, S v) { o.session_command = v; }},
      {"--pipe-pane", nullptr, "log each session's output to its task's folder",
       [](Options& o, S) { o.pipe_pane = true; }},
      {"--cap", "N", "check the number of sessions as upstream does, without a lock",
       [](Options& o, S v) { o.cap = number(v); }},
      {"--no-cap", nullptr, "admit every create (default)", [](Options& o, S) { o.cap.reset(); }},
      {"--create-delay", "MS", "between the check and the session",
       [](Options& o, S v) { o.create_delay = milliseconds(v); }},
      {"--answer-delay", "MS", "between the session and the answer",
       [](Options& o, S v) { o.answer_delay = milliseconds(v); }},
      {"--count-only", nullptr, "count creates, and make neither task nor session",
       [](Options& o, S) { o.count_only = true; }},
      {"--fail-creates", "STATUS", "answer every create with it; 0 closes without a byte",
       [](Options& o, S v) { o.fail_creates = number(v); }},
      {"--state", "DIR", "where tasks are kept", [](Options& o, S v) { o.state = v; }},
      {"--files", "DIR", "what /home/dev is upstream", [](Options& o, S v) { o.files = v; }},
      {"--auth-mode", "MODE", "basic, oauth2 or none (none needs --readonly)",
       [](Options& o, S v) { o.auth = auth_mode(v); }},
      {"--token", "TEXT", "the API token of oauth2 mode", [](Options& o, S v) { o.token = v; }},
      {"--fire-token", "TEXT", "the token of the crons", [](Options& o, S v) { o.fire_token = v; }},
      {"--readonly", nullptr, "refuse all that changes anything",
       [](Options& o, S) { o.readonly = true; }},
      {"--heartbeat", "MS", "between comments on /api/events",
       [](Options& o, S v) { o.heartbeat = milliseconds(v); }},
      {"--stream-max", "MS", "how long /api/events lasts",
       [](Options& o, S v) { o.stream_max = milliseconds(v); }},
      {"--stream-poll", "MS", "between looks of a task's stream",
       [](Options& o, S v) { o.stream_poll = milliseconds(v); }},
      {"--stream-grace", "MS", "how long a task's stream outlives the task",
       [](Options& o, S v) { o.stream_grace = milliseconds(v); }},
      {"--shell-delay", "MS", "how long the desktop item s1 runs",
       [](Options& o, S v) { o.shell_delay = milliseconds(v); }},
      {"--board-time", "MS", "from the answer to a board run to its last task",
       [](Options& o, S v) { o.board_time = milliseconds(v); }},
      {"--terminal-port", "N", "where /api/terminal-proxy/ goes (7681)",
       [](Options& o, S v) { o.terminal_port = port(v); }},
      {"--help", nullptr, "this text", [](Options& o, S) { o.help = true; }},
  };
  return kFlags;
}

void take_environment(Options& options) {
  if (const char* mode = std::getenv("AUTH_MODE")) options.auth = auth_mode(mode);
  if (const char* mode = std::getenv("READONLY_MODE")) options.readonly = is_true(mode);
  if (const char* trusted = std::getenv("TRUSTED_PROXY")) options.trusted_proxy = is_true(trusted);
}

}  // namespace

Options parse_options(const std::vector<std::string>& arguments) {
  Options options;
  take_environment(options);
  read_flags(flags(), arguments, options);
  if (options.auth == AuthMode::none && !options.readonly) {
    throw UsageError("--auth-mode none is allowed only with --readonly");
  }
  return options;
}

std::string usage() {
  return "coder_standin: behaves like the kube-coder workspace server\n\n" + help_of(flags());
}

}  // namespace taskgate::standin
