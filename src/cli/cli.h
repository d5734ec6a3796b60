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

int dispatch(Words words);

int run(const Words& flags);       // the gate itself
int check(const Words& flags);     // validates, prints the effective configuration
int sessions(const Words& flags);  // lists what counts, as the gate sees it
int status(Words flags);  // the state of the running gate, once or for as long as it changes
int explain(const Words& words);  // METHOD TARGET: which rule, gated or not, and why
int verify(const Words& words);   // HOST:PORT: does a gate answer there?
int prepare(const Words& words);  // makes the folder of tmux's sockets, for an init container
int drain(Words flags);           // has the gate of this container drain, and waits for its end
int resume(const Words& flags);   // takes that back

// The words about one command, or about all when there is none of that name.
const char* help_of(const std::string& command);

// The configuration, or nothing where it is in error. What is wrong, with the default file too, was
// printed to standard error then.
std::optional<config::Loaded> load_or_complain(const Words& flags);

// Takes `flag` out of `flags` if it is there.
bool take_flag(Words& flags, const std::string& flag);

}  // namespace taskgate::cli
