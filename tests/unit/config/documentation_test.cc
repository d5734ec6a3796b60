// docs/configuration.md and the table of keys must say the same.
#include <algorithm>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "config/keys.h"
#include "config/print.h"
#include "config/routes.h"
#include "support/catch.h"
#include "unit/config/world.h"

namespace taskgate::config {
namespace {

using test::config_of;
using test::loaded;
using test::World;

std::string page(const std::string& name = "configuration.md") {
  std::ifstream file(std::string(TASKGATE_DOCS "/") + name);
  std::ostringstream text;
  text << file.rdbuf();
  REQUIRE(!text.str().empty());
  return text.str();
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

std::string shown_default(const Key& key) {
  if (key.path == "tmux.socket") return "`$TMUX_TMPDIR` or `/tmp`, then `/tmux-<uid>/default`";
  const std::string value = joined(key.get(loaded(World()).config));
  return value.empty() ? "empty" : "`" + value + "`";
}

// The head of a key's section, as it must stand in the page.
std::string expected_head(const Key& key) {
  const std::string variables =
      "`" + variable_of(key) + "`" + (key.path == "limit" ? " or `KC_MAX_TASKS`" : "");
  return "### `" + key.path + "`\n\n| | |\n|---|---|\n" +                      //
         "| Default | " + shown_default(key) + " |\n" +                        //
         "| Allowed | " + key.allowed + " |\n" +                               //
         "| Variable, flag | " + variables + ", `" + flag_of(key) + "` |\n" +  //
         "| On reload | " + (key.reloadable ? "changes" : "needs a restart") + " |\n\n";
}

std::vector<std::string> headings(const std::string& text) {
  std::vector<std::string> found;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("### `", 0) == 0) found.push_back(line.substr(5, line.size() - 6));
  }
  return found;
}

// The fenced YAML examples.
std::vector<std::string> examples(const std::string& text) {
  const std::string fence = "```yaml\n";
  std::vector<std::string> found;
  for (std::size_t at = text.find(fence); at != std::string::npos; at = text.find(fence, at)) {
    at += fence.size();
    found.push_back(text.substr(at, text.find("```", at) - at));
  }
  return found;
}

TEST_CASE("each key has its section in the documentation, with what the code says of it") {
  const std::string text = page();
  for (const Key& key : keys()) {
    CAPTURE(key.path, expected_head(key));
    const std::size_t at = text.find(expected_head(key));
    CHECK(at != std::string::npos);
    if (at == std::string::npos) continue;
    // A heading right behind the head would be a key without a meaning.
    CHECK(text.substr(at + expected_head(key).size(), 1) != "#");
  }
}

TEST_CASE("the documentation has the keys in the code's order, and no others") {
  std::vector<std::string> paths;
  for (const Key& key : keys()) paths.push_back(key.path);
  CHECK(headings(page()) == paths);
}

TEST_CASE("the documentation shows the whole default configuration") {
  const auto all = examples(page());
  CHECK(std::find(all.begin(), all.end(), to_yaml(loaded(World()).config)) != all.end());
}

TEST_CASE("every example of the documentation loads") {
  const auto all = examples(page());
  REQUIRE(all.size() > 2);
  for (const std::string& example : all) {
    CAPTURE(example);
    CHECK(test::file_errors(example).empty());
  }
}

// As one file's: the page showed two lines that no file could have, in an order that none is told
// in.
TEST_CASE("the error messages that the documentation shows are the program's") {
  std::string shown = "```\n";
  for (const std::string& line : test::file_errors("limt: 3\ntmux:\n  on_unknown: maybe\n")) {
    shown += line + "\n";
  }
  CAPTURE(shown);
  CHECK(page().find(shown + "```\n") != std::string::npos);
}

TEST_CASE("the page about routes has a section for each built-in list, with its rules") {
  for (const std::string& name : built_in_names()) {
    const route::Table table = built_in(name);
    if (table.rules().empty()) continue;
    std::string rows =
        "\n## The built-in list `" + name + "`\n\n| Name | Method | Path |\n|---|---|---|\n";
    for (const route::Rule& rule : table.rules()) {
      rows += "| `" + rule.name + "` | `" + rule.method + "` | `" + rule.path.text() + "` |\n";
    }
    CAPTURE(rows);
    CHECK(page("routes.md").find(rows + "\n") != std::string::npos);
  }
}

// Board runs stood there as a door when they had long had a rule.
TEST_CASE("no door that leads past the gate is one of the built-in rules") {
  const std::string doors = page("../SECURITY.md");
  const std::regex characters(":\\[[^\\]]*\\]");
  const route::Table table = route::kube_coder();
  for (const route::Rule& rule : table.rules()) {
    const std::string shown = std::regex_replace(std::string(rule.path.text()), characters, "");
    CAPTURE(shown);
    CHECK(doors.find("`" + shown + "`") == std::string::npos);
  }
}

TEST_CASE("the page about routes shows what explain says") {
  const std::string text = page("routes.md");
  const route::Table table = route::kube_coder();
  CHECK(text.find(table.explain("POST", "//oauth/api/claude/tasks") + "\n```") !=
        std::string::npos);
  const std::string miss = table.explain("POST", "/api/claude/tasks?draft=1");
  const std::size_t third_line = miss.find("\nwebhook (");
  REQUIRE(third_line != std::string::npos);
  CHECK(text.find(miss.substr(0, third_line + 1) + "```") != std::string::npos);
}

TEST_CASE("the examples of the page about routes load") {
  const auto all = examples(page("routes.md"));
  REQUIRE(all.size() == 1);
  CHECK(config_of(all[0]).routes.rules().size() == 11);
}

TEST_CASE("the configuration that the page about admission recommends has nothing to warn about") {
  const auto all = examples(page("admission.md"));
  REQUIRE(all.size() == 1);
  const Loaded result = loaded(test::with_file(all[0]));
  CHECK(result.warnings.empty());
  CHECK(result.config.classes.size() == 4);
}

}  // namespace
}  // namespace taskgate::config
