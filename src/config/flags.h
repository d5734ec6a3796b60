// Flags: every key has one, `--tmux-on-unknown`; `--tmux.on_unknown` is the same.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/draft.h"

namespace taskgate::config {

struct Flags {
  struct Setting {
    const Key* key;
    std::vector<Value> values;
  };
  std::vector<Setting> settings;    // a key once, in the order of their first flags
  std::optional<std::string> file;  // of --config
  std::vector<std::pair<std::string, std::string>> errors;  // the flag, and what is wrong
};

// Splits "--key=value", "--key", "value"; a switch (`--forwarded`) may stand alone.
Flags parse_flags(const std::vector<std::string>& words);

// `--config` and those of the keys, in the spelling with dashes.
std::vector<std::string> known_flags();
// In either spelling, without a value.
bool is_known_flag(const std::string& flag);

void apply_flags(const Flags& flags, Draft& draft);

}  // namespace taskgate::config
