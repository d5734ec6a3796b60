#include "cli/cli.h"

#include <algorithm>
#include <cstdio>

#include "base/version.h"

namespace taskgate::cli {
namespace {

int print_version() {
  std::printf("taskgate %s (%s)\n", kVersion, kRevision);
  return kOk;
}

int print_help(const std::string& command) {
  std::fputs(help_of(command), stdout);
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
  const bool asks_for_help = asks_for("--help") || asks_for("-h");
  std::string command = asks_for_help ? "" : "run";
  if (!words.empty() && !words.front().starts_with("-")) {
    command = words.front();
    words.erase(words.begin());
  }
  if (asks_for_help) return print_help(command);
  if (command == "run") return run(words);
  if (command == "check") return check(words);
  if (command == "sessions") return sessions(words);
  if (command == "status") return status(std::move(words));
  if (command == "explain") return explain(words);
  if (command == "verify") return verify(words);
  if (command == "prepare") return prepare(words);
  if (command == "drain") return drain(std::move(words));
  if (command == "resume") return resume(words);
  if (command == "help") return print_help(words.empty() ? "" : words.front());
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
