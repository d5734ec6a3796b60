// The configuration: a file, then (each behind a NUL) environment variables as NAME=value and flags
// as --name=value. It loads, or says what is wrong and where; what loads is printed and read back.
#include <cerrno>
#include <map>
#include <string>
#include <vector>

#include "config/load.h"
#include "config/print.h"
#include "fuzz/check.h"
#include "fuzz/target.h"

namespace taskgate::fuzz {

namespace {

using config::Sources;

constexpr const char* kFile = "config.yaml";

struct World {
  std::string file;
  std::map<std::string, std::string, std::less<>> variables;
  std::vector<std::string> flags{"--config", kFile};
};

void add(World& world, std::string_view entry) {
  if (entry.starts_with("--")) return world.flags.emplace_back(entry), void();
  const std::size_t equals = entry.find('=');
  if (equals == std::string_view::npos) return;
  world.variables.emplace(entry.substr(0, equals), entry.substr(equals + 1));
}

World world_of(std::string_view input) {
  World world;
  std::size_t end = std::min(input.find('\0'), input.size());
  world.file = input.substr(0, end);
  while (end < input.size()) {
    const std::size_t begin = end + 1;
    end = std::min(input.find('\0', begin), input.size());
    add(world, input.substr(begin, end - begin));
  }
  return world;
}

Sources sources_of(const World& world) {
  Sources sources;
  sources.flags = world.flags;
  sources.variable = [&world](std::string_view name) -> std::optional<std::string> {
    const auto found = world.variables.find(name);
    if (found == world.variables.end()) return std::nullopt;
    return found->second;
  };
  for (const auto& [name, value] : world.variables) sources.variable_names.push_back(name);
  sources.read_file = [&world](const std::string& path) -> boost::system::result<std::string> {
    if (path == kFile) return world.file;
    return boost::system::error_code(ENOENT, boost::system::system_category());
  };
  sources.uid = 1000;
  return sources;
}

// A person reads it in a terminal, a log has one event a line.
void check_line(const std::string& line) {
  check(!line.empty(), "what is wrong is said");
  for (const char byte : line) {
    const auto code = static_cast<unsigned char>(byte);
    check(code >= 0x20 && code != 0x7F, "what is wrong is one line without control bytes");
  }
}

void check_round_trip(const config::Config& config) {
  World printed;
  printed.file = to_yaml(config);
  auto again = load(sources_of(printed));
  if (again.has_error()) check_equal(printed.file, again.error().lines.front(), "it is read back");
  check_equal(to_yaml(again->config), printed.file, "what is printed is read back as the same");
  again->config.file = config.file;
  again->config.limit_is_upstreams = config.limit_is_upstreams;  // no part of the file
  check(again->config == config, "a configuration that is printed and read back is the same");
}

// Whatever rules were configured, they take any target.
void check_routes(const route::Table& routes) {
  for (const char* target : {"/api/claude/tasks", "/a//b/../%2e/c;d?e", "http://x/y", "*", ""}) {
    const auto match = routes.match("POST", target);
    check(!match || match->rule->method == "POST", "a rule is for its method");
    check(!routes.explain("POST", target).empty(), "what is done is explained");
    routes.allows_body_on_get(target);
  }
}

void run(std::string_view input) {
  const World world = world_of(input);
  const auto loaded = load(sources_of(world));
  if (loaded.has_error()) {
    check(!loaded.error().lines.empty(), "what is wrong is said");
    for (const std::string& line : loaded.error().lines) check_line(line);
    return;
  }
  for (const std::string& line : loaded->warnings) check_line(line);
  check_round_trip(loaded->config);
  check_routes(loaded->config.routes);
}

}  // namespace

}  // namespace taskgate::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  taskgate::fuzz::run(taskgate::fuzz::text_of(data, size));
  return 0;
}
