// A configuration as text, and where its values came from. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "config/load.h"

namespace taskgate::config {

// The effective configuration as YAML that load() takes back; nothing in it is secret.
std::string to_yaml(const Config& config);
// The same with comments that say which file was read and where each value came from.
std::string to_annotated_yaml(const Loaded& loaded);
// A line for each key: where its value came from, and the value. The first line is about the file.
std::string to_origins(const Loaded& loaded);

// Where the value of a key came from, in one word: a place in a file, a variable, a flag,
// "default".
std::string origin_of(const Loaded& loaded, std::string_view path);

}  // namespace taskgate::config
