// The command line. Each command is a function that takes the words behind it and gives the exit
// code.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/load.h"

namespace taskgate::cli {

using Words = std::vector<std::string>;

// Exit codes: 0; 1 for "no" or "not possible now"; 64 (EX_USAGE of sysexits.h) for a wrong command
// line or configuration.
inline constexpr int kOk = 0;
inline constexpr int kFailed = 1;
inline constexpr int kUsage = 64;

int dispatch(const Words& words);

// What each does stands in the table of commands (commands.h).
int run(const Words& words);
int check(const Words& words);
int sessions(const Words& words);
int status(const Words& words);
int explain(const Words& words);
int verify(const Words& words);
int prepare(const Words& words);
int drain(const Words& words);
int resume(const Words& words);

// Says on standard error that there is no such command, and which one may be meant.
int unknown_command(const std::string& word);

// The configuration, or nothing where it is in error. What is wrong, with the default file too, was
// printed to standard error then.
std::optional<config::Loaded> load_to_serve(const Words& flags);

// The same for a command that needs some of its values: those that only a server cannot have
// together, such as `admin` at the port of `listen`, do not stand in its way.
std::optional<config::Loaded> load_to_read(const Words& flags);

// The same for a command that asks the running gate. Its file may have become faulty since it
// started: the gate goes on then, and so does the command, with what else the file says.
std::optional<config::Loaded> load_to_ask(const Words& flags);

// Takes `flag` out of `flags` if it is there.
bool take_flag(Words& flags, const std::string& flag);

}  // namespace taskgate::cli
