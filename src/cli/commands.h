// The one table of commands. It drives the dispatch, the help texts, what is suggested for a
// misspelled word, and the check of docs/commands.md: a new command is a row here, a function in
// cli.h and a section in that page.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/cli.h"

namespace taskgate::cli {

// A flag or a variable, and what it does.
struct Described {
  std::string_view word;
  std::string_view text;
};

struct Command {
  std::string_view name;
  std::string_view operands;  // "METHOD TARGET"
  std::string_view summary;
  std::vector<Described> flags;  // its own; each stands alone
  bool configured = false;       // reads the configuration, so that it takes the flags of its keys
  std::vector<std::string_view> keys;  // those of the configuration that say what it does
  std::vector<Described> variables;    // others than those of the keys
  std::string_view text;               // whole lines
  std::string_view failure;            // what exit code 1 means; empty: it has none
  std::string_view example;            // behind "taskgate "
  int (*call)(const Words& words);
};

const std::vector<Command>& commands();
const Command* find_command(std::string_view name);

// The words about one command, and about all of them.
std::string help_of(const Command& command);
std::string help_of_all();

// Says on standard error how a command is called; gives the exit code.
int wrong_usage(std::string_view name);

}  // namespace taskgate::cli
