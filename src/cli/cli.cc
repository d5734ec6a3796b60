#include "cli/cli.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/text.h"
#include "cli/commands.h"
#include "config/flags.h"
#include "config/suggest.h"

namespace taskgate::cli {
namespace {

bool is_flag(const std::string& word) {
  return word.starts_with("-");
}

bool has(const Words& words, const char* flag) {
  return std::ranges::count(words, flag) > 0;
}

// What `word` may have been meant for: the beginning of a command's name, or a misspelled one.
std::string meant_command(const std::string& word) {
  std::vector<std::string> names;
  for (const Command& command : commands()) names.emplace_back(command.name);
  const auto begun =
      std::ranges::find_if(names, [&](const std::string& name) { return name.starts_with(word); });
  return begun != names.end() && !word.empty() ? *begun : config::closest(word, names);
}

// The configuration's reader knows the flags of keys only. It says what is wrong with all others,
// unless a flag of the command's own is the closest one.
bool complains_of_flags(const Command& command, const Words& words) {
  std::vector<std::string> known = config::known_flags();
  for (const Described& flag : command.flags) known.emplace_back(flag.word);
  for (const char* flag : {"--help", "--version"}) known.emplace_back(flag);
  for (const std::string& word : words) {
    const std::string name = word.substr(0, word.find('='));
    if (!name.starts_with("--") || config::is_known_flag(name)) continue;
    const std::string meant = config::closest(name, known, 2);
    if (meant.empty() || config::is_known_flag(meant) || meant == word) continue;
    std::fprintf(stderr, "%s: %s %s\n", printable(word).c_str(),
                 meant == name ? "takes no value; write" : "unknown flag; did you mean",
                 (meant + (meant == name ? "" : "?")).c_str());
    return true;
  }
  return false;
}

// Flags before a command would be taken for those of `run`.
const Command* command_behind_flags(const Words& words) {
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::string& before = words[i - 1];
    const bool is_value = is_flag(before) && before.find('=') == std::string::npos;
    if (!is_value) {
      if (const Command* command = find_command(words[i])) return command;
    }
  }
  return nullptr;
}

int comes_first(const Command& command) {
  const std::string name(command.name);
  std::fprintf(stderr, "taskgate: the command comes first: taskgate %s [FLAG ...]\n", name.c_str());
  return kUsage;
}

// A command whose words did not reach anybody has not done what it was asked for.
int with_output(int code) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
  std::fprintf(stderr, "taskgate: standard output: %s\n", std::strerror(errno));
  return code == kOk ? kFailed : code;
}

int call(const Command& command, const Words& words) {
  if (has(words, "--help") || has(words, "-h")) {
    std::fputs(help_of(command).c_str(), stdout);
    return kOk;
  }
  return complains_of_flags(command, words) ? kUsage : command.call(words);
}

int dispatch_flags(const Words& words) {
  if (has(words, "--help") || has(words, "-h")) return find_command("help")->call({});
  if (const Command* late = command_behind_flags(words)) return comes_first(*late);
  return call(*find_command("run"), words);
}

}  // namespace

int dispatch(const Words& words) {
  if (has(words, "--version")) return with_output(find_command("version")->call({}));
  if (words.empty() || is_flag(words.front())) return with_output(dispatch_flags(words));
  const Command* command = find_command(words.front());
  if (command == nullptr) return unknown_command(words.front());
  return with_output(call(*command, Words(words.begin() + 1, words.end())));
}

int unknown_command(const std::string& word) {
  const std::string meant = meant_command(word);
  std::fprintf(stderr, "taskgate: unknown command '%s'; %s\n", printable(word).c_str(),
               meant.empty() ? "see taskgate --help" : ("did you mean " + meant + "?").c_str());
  return kUsage;
}

namespace {

std::optional<config::Loaded> load_for(config::Use use, const Words& flags) {
  config::Sources sources = config::process_sources(flags);
  sources.use = use;
  auto loaded = config::load(sources);
  const auto& faults = loaded ? loaded->faults : loaded.error().lines;
  for (const std::string& line : faults) std::fprintf(stderr, "%s\n", line.c_str());
  if (!loaded) return std::nullopt;
  return std::move(*loaded);
}

}  // namespace

std::optional<config::Loaded> load_to_serve(const Words& flags) {
  return load_for(config::Use::serving, flags);
}

std::optional<config::Loaded> load_to_read(const Words& flags) {
  return load_for(config::Use::reading, flags);
}

std::optional<config::Loaded> load_to_ask(const Words& flags) {
  return load_for(config::Use::asking, flags);
}

bool take_flag(Words& flags, const std::string& flag) {
  return std::erase(flags, flag) > 0;
}

}  // namespace taskgate::cli
