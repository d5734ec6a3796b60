#include <array>
#include <string_view>

#include "cli/cli.h"

namespace taskgate::cli {
namespace {

constexpr const char* kAll =
    R"(taskgate: an exact admission gate in front of an API that starts tmux tasks

Usage: taskgate [COMMAND] [--KEY=VALUE ...]

Commands:
  run                     serve (the default)
  check                   validate the configuration and print what is effective
  sessions                list the tmux sessions that count, as the gate sees them
  status [--json] [--watch]
                          show the state of the running gate; follow it
  explain METHOD TARGET   say whether a request is gated, by which rule, and why
  verify HOST:PORT        say whether a gate answers there, or something behind it
  prepare                 make the folder of tmux's sockets, $TMUX_TMPDIR/tmux-<uid>
  drain [--no-wait]       let the running gate finish what is in flight (for a preStop hook)
  resume                  take a drain back while the gate still runs

Options:
  --config FILE           configuration (default /etc/taskgate/config.yaml if it exists)
  --limit N               live tasks at most
  --listen HOST:PORT      where clients come in
  --upstream HOST:PORT    the API behind the gate
  --admin HOST:PORT       health, metrics, status
  --KEY VALUE             any key of the configuration, for example --tmux.match 'kube-coder-*'
  --version, --help       taskgate COMMAND --help has the words of one command

Every key is also an environment variable: TASKGATE_ and its path in upper snake case.
Exit codes: 0; 1 not possible now; 64 wrong command line or configuration.
)";

struct Help {
  std::string_view command;
  const char* text;
};

constexpr std::array kCommands{
    Help{"run", R"(taskgate run: serve, until SIGTERM

Usage: taskgate [run] [--config FILE] [--KEY=VALUE ...]

  --config FILE   the configuration (default /etc/taskgate/config.yaml if it exists)
  --KEY VALUE     any key of it, which wins over variables and the file

Signals: SIGHUP reads the configuration again (a change of the file is seen by itself),
SIGUSR1 drains and SIGUSR2 takes that back (taskgate drain, taskgate resume),
SIGTERM drains and ends, a second one ends at once. Behind taskgate drain it waits for
requests alone, not for streams and tunnels.

Example: taskgate run --limit 20 --upstream 127.0.0.1:6080
)"},
    Help{"check", R"(taskgate check: validate the configuration and print what is effective

Usage: taskgate check [--config FILE] [--KEY=VALUE ...]

Prints YAML that can be fed back. Its comments say which file was read, and where each value
came from: a place in the file, a variable, a flag, or the default. What is wrong has its line
on standard error, and the exit code is 64.

Example: taskgate check --config config.yaml
)"},
    Help{"sessions", R"(taskgate sessions: list the tmux sessions that count, as the gate sees them

Usage: taskgate sessions [--config FILE] [--KEY=VALUE ...]

Asks tmux itself, no gate need run. Exit code 1: they cannot be counted, and why.

Example: taskgate sessions --tmux-socket /run/tmux/tmux-1000/default
)"},
    Help{"status", R"(taskgate status: show the state of the running gate

Usage: taskgate status [--watch] [--json] [--config FILE] [--admin HOST:PORT]

  --watch   follow it: drawn again in place on a terminal, else a line for each change
  --json    the document of GET /status; with --watch one a line

Exit code 1: no gate answers at the admin port.

Example: taskgate status --admin 127.0.0.1:9464
)"},
    Help{"explain", R"(taskgate explain: say whether a request is gated, by which rule, and why

Usage: taskgate explain METHOD TARGET [--config FILE] [--KEY=VALUE ...]

Example: taskgate explain POST /api/claude/tasks
)"},
    Help{"verify", R"(taskgate verify: say whether a gate answers there, or something behind it

Usage: taskgate verify HOST:PORT

Exit code 1: no gate does, and creates are not limited there.

Example: taskgate verify ws-alice:6080
)"},
    Help{"prepare", R"(taskgate prepare: make the folder of tmux's sockets, for an init container

Usage: taskgate prepare

Makes $TMUX_TMPDIR/tmux-<uid> (/tmp/tmux-<uid> without the variable) with the rights that tmux
asks for, or mends them.

Example: TMUX_TMPDIR=/run/tmux taskgate prepare
)"},
    Help{"drain",
         R"(taskgate drain: let the running gate finish what is in flight, for a preStop hook

Usage: taskgate drain [--no-wait] [--config FILE] [--admin HOST:PORT]

  --no-wait   return at once; else when the drain is over (exit code 1: not in time)

Creates are refused at once, connections are taken for drain.notice more, and what is in flight
has drain.timeout. The process stays until SIGTERM, which cuts event streams and tunnels as
soon as no request is in flight; taskgate resume takes the drain back.

Example: taskgate drain --no-wait
)"},
    Help{"resume", R"(taskgate resume: take a drain back while the gate still runs

Usage: taskgate resume [--config FILE] [--admin HOST:PORT]

The gate is ready again, listens on the same address, and decides creates. The drain of a
SIGTERM is final (exit code 1).

Example: taskgate resume
)"}};

}  // namespace

const char* help_of(const std::string& command) {
  for (const Help& help : kCommands) {
    if (help.command == command) return help.text;
  }
  return kAll;
}

}  // namespace taskgate::cli
