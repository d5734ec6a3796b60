#include "unit/config/world.h"

#include <cerrno>

#include "support/catch.h"

namespace taskgate::test {

config::Sources World::sources() const {
  config::Sources sources;
  sources.flags = flags;
  sources.variable = [this](std::string_view name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  };
  for (const auto& [name, value] : variables) sources.variable_names.push_back(name);
  sources.read_file = [this](const std::string& path) -> boost::system::result<std::string> {
    if (const auto found = files.find(path); found != files.end()) return found->second;
    const auto broken = unreadable.find(path);
    const int error = broken == unreadable.end() ? ENOENT : broken->second;
    return boost::system::error_code(error, boost::system::system_category());
  };
  sources.uid = uid;
  sources.use = use;
  return sources;
}

config::Loaded loaded(const World& world) {
  const auto result = config::load(world.sources());
  if (result.has_error()) {
    for (const std::string& line : result.error().lines) UNSCOPED_INFO(line);
  }
  REQUIRE(result.has_value());
  return *result;
}

std::vector<std::string> errors_of(const World& world) {
  const auto result = config::load(world.sources());
  return result.has_error() ? result.error().lines : std::vector<std::string>();
}

World with_file(const std::string& text) {
  World world;
  world.flags = {"--config", "config.yaml"};
  world.files["config.yaml"] = text;
  return world;
}

config::Config config_of(const std::string& text) {
  return loaded(with_file(text)).config;
}

std::vector<std::string> file_errors(const std::string& text) {
  return errors_of(with_file(text));
}

}  // namespace taskgate::test
