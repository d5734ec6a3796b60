// Values as YAML that reads back as the same text. Pure; any thread.
#pragma once

#include <string>
#include <vector>

namespace taskgate::config {

// As it is where nothing in it could be read as syntax or as a null, also between brackets; else in
// double quotes.
std::string yaml(const std::string& text);
std::string yaml(const std::vector<std::string>& texts);  // "[a, b]"

}  // namespace taskgate::config
