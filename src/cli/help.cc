// The help texts, made from the table of commands and the table of keys.
#include <algorithm>
#include <array>
#include <cstdio>

#include "cli/commands.h"
#include "config/environment.h"
#include "config/keys.h"

namespace taskgate::cli {
namespace {

struct KeyWords {
  std::string_view path;
  std::string_view argument;
  std::string_view text;
};

// The keys that the commands name.
constexpr std::array kKeyWords{
    KeyWords{"listen", "HOST:PORT", "where clients come in"},
    KeyWords{"upstream", "HOST:PORT", "the API behind the gate"},
    KeyWords{"admin", "HOST:PORT", "health, metrics and status"},
    KeyWords{"limit", "N", "live tasks at most"},
    KeyWords{"tmux.socket", "PATH", "socket, or a folder of them"},
    KeyWords{"tmux.match", "PATTERN", "names of sessions that count"},
    KeyWords{"tmux.timeout", "TIME", "tmux's answer, at most"},
    KeyWords{"routes", "NAME", "the rules: kube-coder or none"},
};

const KeyWords& words_of(std::string_view path) {
  return *std::ranges::find(kKeyWords, path, &KeyWords::path);
}

// "  --watch               follow it"
std::string row(const std::string& word, std::string_view text) {
  constexpr std::size_t kWidth = 24;
  const std::string gap(kWidth > word.size() ? kWidth - word.size() : 1, ' ');
  return "  " + word + gap + std::string(text) + "\n";
}

std::string row(const KeyWords& words) {
  const config::Key& key = *config::find_key(words.path);
  std::string variables = config::variable_of(key);
  if (words.path == "limit") variables += ", " + std::string(config::kUpstreamLimit);
  return row(config::flag_of(key) + " " + std::string(words.argument),
             std::string(words.text) + " [" + variables + "]");
}

std::string flags_of(const Command& command) {
  std::string text;
  for (const auto& [flag, words] : command.flags) text += row(std::string(flag), words);
  if (!command.configured) return text;
  text += row("--config FILE", "another than the default file [TASKGATE_CONFIG]");
  for (const std::string_view path : command.keys) text += row(words_of(path));
  return text + row("--KEY VALUE", "any other key of the configuration [TASKGATE_KEY]");
}

// Stands behind "Usage: ", which a second line is set in by.
std::string usage_of(const Command& command) {
  std::string usage = "taskgate " + std::string(command.name);
  if (command.name == "run") usage = "taskgate [run]";
  if (!command.operands.empty()) usage += " " + std::string(command.operands);
  for (const Described& flag : command.flags) usage += " [" + std::string(flag.word) + "]";
  if (!command.configured) return usage;
  const std::string_view others = "[--config FILE] [--KEY VALUE ...]";
  constexpr std::size_t kWidth = 80;
  const std::string_view gap =
      7 + usage.size() + 1 + others.size() > kWidth ? "\n                " : " ";
  return usage.append(gap).append(others);
}

std::string exit_codes_of(const Command& command) {
  const std::string failed = command.failure.empty() ? "" : "1 " + std::string(command.failure);
  return "Exit codes: 0 done; " + failed + (failed.empty() ? "" : ";\n") +
         (command.configured ? "64 wrong command line or configuration.\n"
                             : "64 wrong command line.\n");
}

std::string section(std::string_view heading, const std::string& rows) {
  return rows.empty() ? "" : "\n" + std::string(heading) + ":\n" + rows;
}

}  // namespace

std::string help_of(const Command& command) {
  std::string variables;
  for (const auto& [name, words] : command.variables) variables += row(std::string(name), words);
  std::string text = "taskgate " + std::string(command.name) + ": " + std::string(command.summary);
  text += "\n\nUsage: " + usage_of(command) + "\n";
  text += section("Flags, and [variables] that say the same", flags_of(command));
  text += section("Variables", variables);
  if (!command.text.empty()) text += "\n" + std::string(command.text);
  text += "\n" + exit_codes_of(command);
  return text + "\nExample: taskgate " + std::string(command.example) + "\n";
}

std::string help_of_all() {
  std::string text = R"(taskgate: an exact admission gate in front of an API that starts tmux tasks

Usage: taskgate [COMMAND] [FLAG ...]

Commands:
)";
  for (const Command& command : commands()) {
    const std::string gap = command.operands.empty() ? "" : " ";
    text += row(std::string(command.name) + gap + std::string(command.operands), command.summary);
  }
  text += "\nFlags, and [variables] that say the same:\n" + flags_of(*find_command("run"));
  text += row("--help, -h", "behind a command: its own flags and an example");
  return text + row("--version", "version and revision") + R"(
A flag wins over a variable, a variable over the file, the file over a default.
The default file is /etc/taskgate/config.yaml, if it exists. The variable of a
key is TASKGATE_ and its path in upper snake case: TASKGATE_TMUX_ON_UNKNOWN.

Exit codes: 0 done; 1 no, or not possible now; 64 wrong command line or
configuration, each fault with its line on standard error.
)";
}

int wrong_usage(std::string_view name) {
  std::fprintf(stderr, "usage: %s\n", usage_of(*find_command(name)).c_str());
  return kUsage;
}

}  // namespace taskgate::cli
