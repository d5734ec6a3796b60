#include "cli/cli.h"

#include <algorithm>
#include <cstdio>
#include <map>

#include "base/version.h"

namespace taskgate::cli {
namespace {

constexpr const char* kHelp =
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

Options:
  --config FILE           configuration (default /etc/taskgate/config.yaml if it exists)
  --limit N               live tasks at most
  --listen HOST:PORT      where clients come in
  --upstream HOST:PORT    the API behind the gate
  --admin HOST:PORT       health, metrics, status
  --KEY VALUE             any key of the configuration, for example --tmux.match 'kube-coder-*'
  --version, --help

Every key is also an environment variable: TASKGATE_ and its path in upper snake case.
Exit codes: 0; 1 not possible now; 64 wrong command line or configuration.
)";

int print_version() {
  std::printf("taskgate %s (%s)\n", kVersion, kRevision);
  return kOk;
}

int print_help() {
  std::fputs(kHelp, stdout);
  return kOk;
}

int unknown_command(const std::string& word) {
  std::fprintf(stderr, "taskgate: unknown command '%s'; see taskgate --help\n", word.c_str());
  return kUsage;
}

}  // namespace

int dispatch(Words words) {
  const auto asks_for = [&](const char* flag) { return std::ranges::count(words, flag) > 0; };
  if (asks_for("--version")) return print_version();
  if (asks_for("--help") || asks_for("-h")) return print_help();
  std::string command = "run";
  if (!words.empty() && !words.front().starts_with("-")) {
    command = words.front();
    words.erase(words.begin());
  }
  if (command == "run") return run(words);
  if (command == "check") return check(words);
  if (command == "sessions") return sessions(words);
  if (command == "status") return status(std::move(words));
  if (command == "explain") return explain(words);
  if (command == "verify") return verify(words);
  if (command == "prepare") return prepare(words);
  if (command == "drain") return drain(std::move(words));
  if (command == "help") return print_help();
  return unknown_command(command);
}

std::optional<config::Loaded> load_or_complain(const Words& flags) {
  auto loaded = config::load(config::process_sources(flags));
  const auto& faults = loaded ? loaded->faults : loaded.error().lines;
  for (const std::string& line : faults) std::fprintf(stderr, "%s\n", line.c_str());
  if (!loaded) return std::nullopt;
  return std::move(*loaded);
}

bool take_flag(Words& flags, const std::string& flag) {
  return std::erase(flags, flag) > 0;
}

}  // namespace taskgate::cli
