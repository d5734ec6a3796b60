// What a scrape shows, by family, for the tests that hold pages, rules and the dashboard against
// it.
#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <ostream>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include "observe/metrics.h"
#include "observe/sample_status.h"
#include "support/catch.h"

namespace taskgate::observe {

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path);
  REQUIRE(file.is_open());
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

const std::filesystem::path kRoot = TASKGATE_SOURCE_DIR;

struct Family {
  std::string type;
  std::set<std::string> labels;
  bool operator==(const Family&) const = default;
};

// How Catch shows a difference.
inline std::ostream& operator<<(std::ostream& out, const Family& family) {
  out << family.type << " {";
  for (const auto& label : family.labels) out << " " << label;
  return out << " }";
}

using ExposedFamilies = std::map<std::string, Family>;

// Of a sample, or of a name in a query.
inline std::string family_of(const std::string& sample, const ExposedFamilies& families) {
  for (const char* suffix : {"", "_bucket", "_sum", "_count"}) {
    const std::string end = suffix;
    if (!sample.ends_with(end)) continue;
    const std::string name = sample.substr(0, sample.size() - end.size());
    if (families.contains(name)) return name;
  }
  return sample;
}

inline ExposedFamilies exposed() {
  ExposedFamilies families;
  Metrics metrics({"spawn"});
  metrics.add_classes({"people"});
  Status status = status_with_classes();
  status.gate.expected = gate::RetryWindow{};  // there while no slot is free
  std::istringstream lines(metrics.render(status));
  const std::regex type("# TYPE (\\S+) (\\S+)");
  const std::regex sample("([a-z_]+)(?:\\{(.*)\\})? \\S+");
  const std::regex label("([a-z]+)=\"");
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (std::regex_match(line, match, type)) families[match[1]].type = match[2];
    if (!std::regex_match(line, match, sample)) continue;
    Family& family = families[family_of(match[1], families)];
    const std::string labels = match[2];
    for (std::sregex_iterator at(labels.begin(), labels.end(), label), end; at != end; ++at) {
      if ((*at)[1] != "le") family.labels.insert((*at)[1]);
    }
  }
  return families;
}

}  // namespace taskgate::observe
