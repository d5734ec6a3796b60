// The one table of keys. It drives reading (file, variables, flags), printing, reloading and the
// check of the documentation: a new key is a member of Config, a row here, and a section in
// docs/configuration.md.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"

namespace taskgate::config {

// A value that the key does not take: which one, and what it is: "has no unit".
struct Problem {
  std::size_t index;
  std::string text;
};

struct Key {
  std::string path;     // "tmux.on_unknown"
  std::string allowed;  // "reject or admit", as messages and the documentation say it
  bool is_list = false;
  std::string item;        // what one of a list is: "path"
  bool is_switch = false;  // a boolean, whose flag may stand without a value
  bool is_yaml = false;    // may have line ends and tabs, whose own values may not
  bool reloadable = true;
  // Takes the values (exactly one unless is_list, never none), or changes nothing and says what is
  // wrong.
  std::function<std::vector<Problem>(Config&, const std::vector<std::string>&)> set;
  // The values as set() takes them.
  std::function<std::vector<std::string>(const Config&)> get;
};

// In the order of the documentation and of to_yaml().
const std::vector<Key>& keys();
const Key* find_key(std::string_view path);

std::string variable_of(const Key& key);  // TASKGATE_TMUX_ON_UNKNOWN
std::string flag_of(const Key& key);      // --tmux-on-unknown
// The path in the spelling of flags: tmux-on-unknown.
std::string with_dashes(std::string path);

// What a path may go on with: the names of the keys and sections directly below `section` ("" is
// the top).
std::vector<std::string> names_below(std::string_view section);

}  // namespace taskgate::config
