#include "cli/commands.h"

#include <algorithm>
#include <cstdio>

#include "base/version.h"

namespace taskgate::cli {
namespace {

int print_version(const Words& words) {
  if (!words.empty()) return wrong_usage("version");
  std::printf("taskgate %s (%s)\n", kVersion, kRevision);
  return kOk;
}

int print_help(const Words& words) {
  if (words.empty()) {
    std::fputs(help_of_all().c_str(), stdout);
    return kOk;
  }
  const Command* command = find_command(words.front());
  if (command == nullptr) return unknown_command(words.front());
  std::fputs(help_of(*command).c_str(), stdout);
  return kOk;
}

constexpr std::string_view kNoGate = "no gate answers at the admin port";

Command run_command() {
  return {.name = "run",
          .summary = "serve until SIGTERM (the default command)",
          .configured = true,
          .keys = {"listen", "upstream", "admin", "limit", "tmux.socket"},
          .variables = {{"TMUX_TMPDIR", "where tmux makes its sockets (default /tmp)"}},
          .text = R"(Logs one JSON line an event to standard output.

Signals: SIGHUP reads the configuration again (a change of the file is seen
without it), SIGUSR1 drains and SIGUSR2 takes that back (taskgate drain,
taskgate resume), SIGTERM drains and ends, a second SIGTERM ends at once. Behind
taskgate drain it waits for requests alone, not for streams and tunnels.
)",
          .failure = "an address is in use, or cannot be listened on",
          .example = "run --limit 20 --upstream 127.0.0.1:6080",
          .call = run};
}

Command check_command() {
  return {
      .name = "check",
      .summary = "validate the configuration and print what is effective",
      .flags = {{"--origins", "a line a key instead: where its value came from"}},
      .configured = true,
      .keys = {"limit"},
      .variables = {{"TMUX_TMPDIR", "where tmux makes its sockets (default /tmp)"}},
      .text = R"(Prints YAML that can be fed back. Its comments say which file was read, or where
one was looked for, and of each value where it came from: a flag, a variable,
FILE:LINE:COLUMN or the default. It ends with "# ok". Faults have a line each on
standard error.
)",
      .example = "check --origins --config config.yaml",
      .call = check};
}

Command sessions_command() {
  return {.name = "sessions",
          .summary = "list the tmux sessions as the gate sees them",
          .flags = {{"--asked", "say what was asked, even where sessions are found"}},
          .configured = true,
          .keys = {"limit", "tmux.socket", "tmux.match", "tmux.timeout"},
          .variables = {{"TMUX_TMPDIR", "where tmux makes its sockets (default /tmp)"}},
          .text = R"(Asks tmux itself: no gate need run.
)",
          .failure = "they cannot be counted; standard error has the reason",
          .example = "sessions --tmux-socket /run/tmux/tmux-1000/default",
          .call = sessions};
}

Command status_command() {
  return {.name = "status",
          .summary = "show the state of the running gate, once or followed",
          .flags = {{"--watch", "follow it: in place on a terminal, else line by line"},
                    {"--json", "the document of GET /status; with --watch one a line"},
                    {"--refusals", "whom it refused in the last hour, summed up"}},
          .configured = true,
          .keys = {"admin"},
          .variables = {{"NO_COLOR", "not empty: no colours on a terminal"}},
          .failure = kNoGate,
          .example = "status --watch",
          .call = status};
}

Command explain_command() {
  return {.name = "explain",
          .operands = "METHOD TARGET",
          .summary = "say whether a request is gated, by which rule, and why",
          .configured = true,
          .keys = {"routes"},
          .text = R"(Reads the configuration only; nothing is sent.
)",
          .example = "explain POST /api/claude/tasks",
          .call = explain};
}

Command verify_command() {
  return {.name = "verify",
          .operands = "HOST:PORT|URL",
          .summary = "say whether a gate answers there, or what else",
          .text = R"(Sends OPTIONS with Max-Forwards: 0, which a gate answers itself and which
creates nothing. A URL, http://HOST[:PORT][/PATH], is for asking through an
ingress; PATH is one that leads to the workspace. There is no TLS here: of an
https URL the program says how to ask with curl.
)",
          .failure = "no gate answers there, or it cannot be told",
          .example = "verify http://ingress.example/ws-alice/",
          .call = verify};
}

Command prepare_command() {
  return {.name = "prepare",
          .summary = "make the folder of tmux's sockets, before tmux does",
          .variables = {{"TMUX_TMPDIR", "the folder above it (default /tmp)"}},
          .text = R"(For an init container. Makes $TMUX_TMPDIR/tmux-<uid> with the rights that tmux
asks for, or mends them.
)",
          .failure = "it cannot be made; standard error has the reason",
          .example = "prepare",
          .call = prepare};
}

Command drain_command() {
  return {.name = "drain",
          .summary = "let the running gate finish what is in flight",
          .flags = {{"--no-wait", "return at once, not when the drain is over"}},
          .configured = true,
          .keys = {"admin"},
          .text = R"(For a preStop hook. Signals the gate of this container. Creates are refused at
once, connections are taken for the gate's drain.notice more, and what is in
flight has its drain.timeout. The process stays until SIGTERM, which cuts event
streams and tunnels as soon as no request is in flight; until then taskgate
resume takes the drain back.
)",
          .failure = "no gate, not drained in time, or taken back meanwhile",
          .example = "drain --no-wait",
          .call = drain};
}

Command resume_command() {
  return {.name = "resume",
          .summary = "take a drain back while the gate still runs",
          .configured = true,
          .keys = {"admin"},
          .text = R"(The gate is ready again, listens on the same address, and decides creates. Of a
gate that does not drain it says so. The drain of a SIGTERM is final.
)",
          .failure = "no gate, or its drain goes on",
          .example = "resume",
          .call = resume};
}

Command version_command() {
  return {.name = "version",
          .summary = "print version and revision, as --version does",
          .example = "version",
          .call = print_version};
}

Command help_command() {
  return {.name = "help",
          .operands = "[COMMAND]",
          .summary = "print the words about all commands, or about one",
          .example = "help status",
          .call = print_help};
}

}  // namespace

const std::vector<Command>& commands() {
  static const std::vector<Command> kCommands{
      run_command(),     check_command(),   sessions_command(), status_command(),
      explain_command(), verify_command(),  prepare_command(),  drain_command(),
      resume_command(),  version_command(), help_command()};
  return kCommands;
}

const Command* find_command(std::string_view name) {
  const auto found = std::ranges::find(commands(), name, &Command::name);
  return found == commands().end() ? nullptr : &*found;
}

}  // namespace taskgate::cli
