// The help texts, and docs/commands.md, which shows them.
#include <fstream>
#include <sstream>
#include <string>

#include "cli/commands.h"
#include "config/keys.h"
#include "support/catch.h"

namespace taskgate::cli {
namespace {

std::string page() {
  std::ifstream file(TASKGATE_DOCS "/commands.md");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string shown(const std::string& help) {
  return "\n```\n" + help + "```\n";
}

TEST_CASE("the page of the commands shows each help text as the program prints it") {
  const std::string text = page();
  CHECK(text.find(shown(help_of_all())) != std::string::npos);
  for (const Command& command : commands()) {
    const std::string section =
        "\n## taskgate " + std::string(command.name) + "\n" + shown(help_of(command));
    CAPTURE(section);
    CHECK(text.find(section) != std::string::npos);
  }
}

TEST_CASE("each help text fits a terminal of 80 columns") {
  std::string all = help_of_all();
  for (const Command& command : commands()) all += help_of(command);
  std::istringstream lines(all);
  for (std::string line; std::getline(lines, line);) {
    CAPTURE(line);
    CHECK(line.size() <= 80);
  }
}

TEST_CASE("each help text has its own flags, their variables, exit codes and an example") {
  for (const Command& command : commands()) {
    const std::string help = help_of(command);
    CAPTURE(help);
    CHECK(help.starts_with("taskgate " + std::string(command.name) + ": "));
    for (const Described& flag : command.flags) {
      CHECK(help.find("\n  " + std::string(flag.word) + " ") != std::string::npos);
    }
    for (const auto path : command.keys) {
      const config::Key* key = config::find_key(path);
      REQUIRE(key != nullptr);
      CHECK(help.find("\n  " + config::flag_of(*key) + " ") != std::string::npos);
      CHECK(help.find("[" + config::variable_of(*key)) != std::string::npos);
    }
    CHECK(help.find("\nExit codes: 0 done; ") != std::string::npos);
    CHECK(help.find("\nExample: taskgate " + std::string(command.name)) != std::string::npos);
    CHECK(help_of_all().find("\n  " + std::string(command.name) + " ") != std::string::npos);
  }
}

}  // namespace
}  // namespace taskgate::cli
