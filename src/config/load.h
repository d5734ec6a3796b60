// Loading the configuration: flag > environment > file > default. Any thread.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"

namespace taskgate::config {

// All that is wrong, a line each: `file:line:column: key: what is wrong; what is allowed` (for the
// environment `TASKGATE_X: ...`, for flags `--x: ...`).
struct Errors {
  std::vector<std::string> lines;
};

struct Loaded {
  Config config;
  // The file that was read, or would have been were it there.
  std::string file;
  // Where values came from, by their keys: `config.yaml:3:7`, a variable, a flag. Those that are
  // not here are defaults.
  std::map<std::string, std::string, std::less<>> places;
  // Not errors, but worth a log line at start and reload: an environment variable that shadows a
  // key of the file.
  std::vector<std::string> warnings;
  // What is wrong with a file whose faults are no errors, as in Errors. `config` is not
  // `configured` then: it has what else the file says, as far as that is right, and what variables
  // and flags say.
  std::vector<std::string> faults;
};

// What a configuration is loaded for. Values that are wrong only together matter to `serving`
// alone: `admin` may be the port of `listen` for a command that asks at it, or does not need it.
// `asking` the running gate, which may have begun with another file, takes the faults of one that
// was named as those of the default one: they are no errors.
enum class Use : std::uint8_t { serving, reading, asking };

// The outside that load() looks at, so that tests can give another.
struct Sources {
  // The flags without the command word, as "--key=value" or "--key", "value".
  std::vector<std::string> flags;
  // The process's environment.
  std::function<std::optional<std::string>(std::string_view name)> variable;
  // All variables' names, to find TASKGATE_ ones that no key has.
  std::vector<std::string> variable_names;
  // A file's text, or why it cannot be read. A default file that does not exist is no error; one
  // that cannot be read is.
  std::function<boost::system::result<std::string>(const std::string& path)> read_file;
  unsigned uid = 0;  // for the default tmux socket
  Use use = Use::serving;
};
// Whether a pipe's writer is waited for, for some seconds: not on a loop that serves others.
enum class Patience : std::uint8_t { for_writers, none };
Sources process_sources(std::vector<std::string> flags, Patience patience = Patience::for_writers);

// The file that is read when neither `--config` nor TASKGATE_CONFIG names one.
inline constexpr std::string_view kDefaultFile = "/etc/taskgate/config.yaml";

// The file that load() reads if it is there: the one to watch.
std::string file_of(const Sources& sources);

// A fault is an error unless it is one of the default file alone: nobody named that, and what it
// gates must not be lost with it. (Or of any file, for Use::asking.)
boost::system::result<Loaded, Errors> load(const Sources& sources);

}  // namespace taskgate::config
