// The key `classes`: a list of classes in the file, or the same list as YAML text in a variable or
// flag.
#pragma once

#include <string>
#include <vector>

#include "config/document.h"
#include "config/keys.h"
#include "config/reader.h"

namespace taskgate::config {

// The list of a file, into the reader's draft; what is wrong with it goes there too.
void read_classes(Reader& reader, const Node& list);

// As Key::set and Key::get want it.
std::vector<Problem> set_classes(Config& config, const std::vector<std::string>& values);
std::string text_of_classes(const std::vector<Config::Class>& classes);

// One class between braces.
std::string text_of(const Config::Class& one);

}  // namespace taskgate::config
