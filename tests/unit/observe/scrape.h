// Reads single series from the text of a scrape.
#pragma once

#include <sstream>
#include <string>

#include "observe/metrics.h"
#include "observe/sample_status.h"
#include "support/catch.h"

namespace taskgate::observe {

// The sample lines of one family, or of all.
inline std::string samples(const std::string& text, const std::string& family = "") {
  std::istringstream lines(text);
  std::string found;
  for (std::string line; std::getline(lines, line);) {
    const std::string name = line.substr(0, line.find_first_of("{ "));
    if (!line.starts_with('#') && (family.empty() || name == family)) found += line + "\n";
  }
  return found;
}

inline double value(const Metrics& metrics, const std::string& series) {
  const std::string text = "\n" + metrics.render(sample_status());
  const auto at = text.find("\n" + series + " ");
  INFO(series);
  REQUIRE(at != std::string::npos);
  return std::stod(text.substr(at + series.size() + 2));
}

}  // namespace taskgate::observe
