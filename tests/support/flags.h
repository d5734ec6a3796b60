// The flags of the tests' own programs: one table, read from a command line and shown by --help.
#pragma once

#include <algorithm>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

namespace taskgate::test {

struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

template <typename Options>
struct Flag {
  const char* name;
  const char* argument;  // null for a switch
  const char* help;
  std::function<void(Options&, const std::string& value)> set;
};

template <typename Options>
const Flag<Options>& flag_named(const std::vector<Flag<Options>>& flags, const std::string& name) {
  for (const Flag<Options>& flag : flags) {
    if (name == flag.name) return flag;
  }
  throw UsageError("unknown flag: " + name);
}

// Reads `--name value` and `--name=value`. Throws UsageError, as the flags' own functions may.
template <typename Options>
void read_flags(const std::vector<Flag<Options>>& flags, const std::vector<std::string>& arguments,
                Options& options) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    const auto equals = argument.find('=');
    const Flag<Options>& flag = flag_named(flags, argument.substr(0, equals));
    std::string value;
    if (equals != std::string::npos) {
      if (flag.argument == nullptr) throw UsageError(argument + ": takes no value");
      value = argument.substr(equals + 1);
    } else if (flag.argument != nullptr) {
      if (++i == arguments.size()) throw UsageError(argument + ": needs a value");
      value = arguments[i];
    }
    flag.set(options, value);
  }
}

// A line for each flag.
template <typename Options>
std::string help_of(const std::vector<Flag<Options>>& flags) {
  std::string out;
  for (const Flag<Options>& flag : flags) {
    std::string left = std::string("  ") + flag.name + " " + (flag.argument ? flag.argument : "");
    left.resize(std::max<std::size_t>(left.size(), 28), ' ');
    out += left + flag.help + "\n";
  }
  return out;
}

}  // namespace taskgate::test
