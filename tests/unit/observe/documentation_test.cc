// The pages for users cannot go stale: docs/metrics.md and docs/logs.md are held against the code.
#include <filesystem>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include "observe/exposed.h"

namespace taskgate::observe {
namespace {

namespace fs = std::filesystem;

// A table's row: | `name` | type | `label`, `label` | ...
ExposedFamilies documented() {
  ExposedFamilies families;
  std::istringstream lines(read_file(kRoot / "docs/metrics.md"));
  const std::regex row(
      "\\| `((?:taskgate|process)_[a-z_]+)` \\| (gauge|counter|histogram) \\| ([^|]*)\\|.*");
  const std::regex label("`([a-z]+)`");
  for (std::string line; std::getline(lines, line);) {
    std::smatch cells;
    if (!std::regex_match(line, cells, row)) continue;
    Family& family = families[cells[1]];
    family.type = cells[2];
    const std::string labels = cells[3];
    for (std::sregex_iterator at(labels.begin(), labels.end(), label), end; at != end; ++at) {
      family.labels.insert((*at)[1]);
    }
  }
  return families;
}

TEST_CASE("docs/metrics.md lists each metric with its type and labels, and no other") {
  const ExposedFamilies code = exposed();
  const ExposedFamilies page = documented();
  CHECK(code.size() == 54);
  for (const auto& [name, family] : code) {
    INFO(name);
    REQUIRE(page.contains(name));
    CHECK(page.at(name) == family);
  }
  for (const auto& [name, family] : page) {
    INFO(name << " is in the page only");
    CHECK(code.contains(name));
  }
}

TEST_CASE("docs/metrics.md names each label value of the fixed vocabularies") {
  const std::string page = read_file(kRoot / "docs/metrics.md");
  Metrics metrics({"spawn"});
  metrics.add_classes({"people"});
  const std::string text = metrics.render(status_with_classes());
  const std::regex value("(decision|result|reason|state|kind|direction|outcome)=\"([a-z_]+)\"");
  std::set<std::string> values;
  for (std::sregex_iterator at(text.begin(), text.end(), value), end; at != end; ++at) {
    values.insert((*at)[2]);
  }
  CHECK(values.size() > 35);
  for (const std::string& name : values) {
    INFO(name);
    CHECK(page.find("`" + name + "`") != std::string::npos);
  }
}

// The names of the events that `source` logs: the string literals of the first argument after the
// level.
std::set<std::string> events(const std::string& source) {
  std::set<std::string> names;
  const std::regex call(
      "log::(?:(?:debug|info|warning|error)\\(|Event(?: \\w+)?\\(\\s*[\\w:]+,)([^;,)]*)");
  const std::regex literal("\"([^\"]*)\"");
  for (std::sregex_iterator at(source.begin(), source.end(), call), end; at != end; ++at) {
    const std::string argument = (*at)[1];
    for (std::sregex_iterator name(argument.begin(), argument.end(), literal); name != end;
         ++name) {
      names.insert((*name)[1]);
    }
  }
  return names;
}

TEST_CASE("The names of logged events are found in each spelling") {
  CHECK(events(R"(log::info("a").field("x", 1);)") == std::set<std::string>{"a"});
  CHECK(events(R"(auto line = log::warning(bad ? "a" : "b");)") == std::set<std::string>{"a", "b"});
  CHECK(events("log::Event(log::Level::error,\n    \"a\").field(\"x\", 1);") ==
        std::set<std::string>{"a"});
  CHECK(events(R"(log::Event line(log::Level::error, "a");)") == std::set<std::string>{"a"});
  CHECK(events(R"(log::Event line(level, "a");)") == std::set<std::string>{"a"});
  CHECK(events(R"(log::set_level(level);)").empty());
}

// The sources, but log.h, which shows an example.
std::vector<fs::path> sources() {
  std::vector<fs::path> all;
  for (const auto& entry : fs::recursive_directory_iterator(
           kRoot / "src", fs::directory_options::follow_directory_symlink)) {
    const fs::path& path = entry.path();
    if (path.extension() != ".cc" && path.extension() != ".h") continue;
    if (path.filename() != "log.h") all.push_back(path);
  }
  return all;
}

TEST_CASE("docs/logs.md lists each event that the code logs") {
  const std::string page = read_file(kRoot / "docs/logs.md");
  std::set<std::string> found;
  for (const fs::path& path : sources()) {
    for (const std::string& name : events(read_file(path))) {
      INFO(path.string() << ": " << name);
      CHECK(page.find("\n| `" + name + "` |") != std::string::npos);
      found.insert(name);
    }
  }
  CHECK(found.contains("admission"));
  CHECK(found.contains("request"));
}

TEST_CASE("docs/logs.md names each field that the code logs") {
  const std::string page = read_file(kRoot / "docs/logs.md");
  std::set<std::string> found;
  const std::regex field("\\bfield\\(\\s*\"([a-z_]+)\"");
  for (const fs::path& path : sources()) {
    const std::string source = read_file(path);
    for (std::sregex_iterator at(source.begin(), source.end(), field), end; at != end; ++at) {
      INFO(path.string() << ": " << (*at)[1]);
      CHECK(page.find("`" + (*at)[1].str() + "`") != std::string::npos);
      found.insert((*at)[1]);
    }
  }
  CHECK(found.size() > 40);
}

TEST_CASE("Each warning and each error of the log says what to check") {
  const std::string page = read_file(kRoot / "docs/logs.md");
  const std::regex row(
      "\n\\| `([a-z_]+)` \\| [a-z, ]*(?:warning|error)[a-z, ]* \\| [^|]*\\|([^|]*)\\|");
  int rows = 0;
  for (std::sregex_iterator at(page.begin(), page.end(), row), end; at != end; ++at, ++rows) {
    INFO((*at)[1]);
    const std::string fields = (*at)[2];
    CHECK(fields.find("`detail`") != std::string::npos);
  }
  CHECK(rows >= 11);
}

}  // namespace
}  // namespace taskgate::observe
