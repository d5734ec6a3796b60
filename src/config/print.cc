#include "config/print.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "config/classes.h"
#include "config/keys.h"
#include "config/routes.h"
#include "config/yaml.h"

namespace taskgate::config {
namespace {

using route::Rule;

// In one line, and UTF-8.
std::string line_of(const std::string& text) {
  const bool fits = utf8_prefix(text) == text && printable(text) == text;
  return fits ? text : yaml(text);
}

// A comment ends with its line.
std::string comment(const std::string& text) {
  return "# " + line_of(text);
}

std::string about_file(const Loaded& loaded) {
  const std::string& file = loaded.config.file;
  return line_of(file.empty() ? "no configuration file: " + loaded.file + " is not there"
                              : "configuration file: " + file);
}

// The value of a key in one line, as the file has it where it is not of many lines there.
std::string value_of(const Key& key, const Config& config) {
  if (key.path == "routes") {
    const route::Table base = built_in(config.routes_name);
    const std::size_t own = config.routes.rules().size() - base.rules().size();
    return config.routes_name + (own == 0 ? "" : ", own rules: " + std::to_string(own));
  }
  const std::vector<std::string> values = key.get(config);
  if (key.path == "classes") return values.front();
  return key.is_list ? yaml(values) : yaml(values.front());
}

class Printer {
 public:
  Printer() = default;
  // Says where each value came from.
  explicit Printer(const Loaded& loaded) : loaded_(&loaded) { line(0, "# " + about_file(loaded)); }

  void line(int depth, const std::string& text) {
    out_.append(static_cast<std::size_t>(depth) * 2, ' ');
    out_ += text;
    out_ += '\n';
  }

  void classes(const Config& config) {
    section_.clear();
    line(0, std::string("classes:") + (config.classes.empty() ? " []" : "") + origin("classes"));
    for (const Config::Class& one : config.classes) line(1, "- " + text_of(one));
  }

  // Keys of one section stand together in the table of keys.
  void key(const Key& key, const Config& config) {
    const std::size_t dot = key.path.find('.');
    const std::string section = dot == std::string::npos ? "" : key.path.substr(0, dot);
    if (section != section_ && !section.empty()) line(0, section + ":");
    section_ = section;
    const std::string name = section.empty() ? key.path : key.path.substr(dot + 1);
    line(section.empty() ? 0 : 1, name + ": " + value_of(key, config) + origin(key.path));
  }

  void routes(const Config& config) {
    const route::Table base = built_in(config.routes_name);
    const auto& table = config.routes;
    // What the built-in list has comes first and is not printed again.
    const std::vector<Rule> own(table.rules().begin() + own_from(base.rules(), table.rules()),
                                table.rules().end());
    const std::vector<std::string> bodies(
        table.bodies_on_get().begin() + own_from(base.bodies_on_get(), table.bodies_on_get()),
        table.bodies_on_get().end());
    const std::vector<Rule> ends(table.ends().begin() + own_from(base.ends(), table.ends()),
                                 table.ends().end());
    if (own.empty() && bodies.empty() && ends.empty()) {
      return line(0, "routes: " + config.routes_name + origin("routes"));
    }
    line(0, "routes:" + origin("routes"));
    line(1, "use: " + config.routes_name);
    if (!bodies.empty()) line(1, "bodies_on_get: " + yaml(bodies));
    if (!own.empty()) line(1, "rules:");
    for (const Rule& one : own) rule(one);
    if (!ends.empty()) line(1, "ends:");
    for (const Rule& one : ends) request(one, "- ");
  }

  std::string take() { return std::move(out_); }

 private:
  std::string origin(const std::string& path) const {
    return loaded_ == nullptr ? "" : "  " + comment(origin_of(*loaded_, path));
  }

  template <typename T>
  static std::ptrdiff_t own_from(const std::vector<T>& base, const std::vector<T>& all) {
    return static_cast<std::ptrdiff_t>(std::min(base.size(), all.size()));
  }

  void rule(const Rule& rule) {
    line(2, "- name: " + yaml(rule.name));
    request(rule, "  ");
    line(3, "settle: " + format_duration(rule.settle));
    line(3, std::string("starts: ") + route::name_of(rule.starts));
    if (rule.starts != route::Starts::elsewhere) slots(rule.slots);
    if (!rule.session.empty()) line(3, "session:");
    for (const route::SessionName& name : rule.session) {
      line(4, "- {pointer: " + yaml(name.pointer) + ", prefix: " + yaml(name.prefix) + "}");
    }
    if (rule.kind_path.empty()) return;
    line(3, "kind:");
    line(4, "path: " + yaml(rule.kind_path));
    line(4, "pointer: " + yaml(rule.kind_pointer));
    line(4, "creates: " + yaml(rule.kind_creates));
  }

  // Which requests a rule takes.
  void request(const Rule& rule, const std::string& mark) {
    line(2, mark + "method: " + yaml(rule.method));
    line(3, "path: " + yaml(rule.path.text()));
    if (!rule.prefixes.empty()) line(3, "prefixes: " + yaml(rule.prefixes));
    line(3, std::string("spelling: ") +
                (rule.spelling == route::Spelling::exact ? "exact" : "normalized"));
  }

  void slots(const route::Slots& slots) {
    const std::string count = std::to_string(slots.count);
    if (slots.pointer.empty()) return line(3, "slots: " + count);
    line(3, "slots:");
    line(4, "pointer: " + yaml(slots.pointer));
    line(4, "default: " + count);
    line(4, "most: " + std::to_string(slots.most));
  }

  const Loaded* loaded_ = nullptr;
  std::string out_;
  std::string section_;
};

std::string printed(Printer printer, const Config& config) {
  for (const Key& key : keys()) {
    if (key.path == "classes") {
      printer.classes(config);
    } else if (key.path != "routes") {
      printer.key(key, config);
    }
  }
  printer.routes(config);
  return printer.take();
}

}  // namespace

std::string to_yaml(const Config& config) {
  return printed(Printer(), config);
}

std::string to_annotated_yaml(const Loaded& loaded) {
  return printed(Printer(loaded), loaded.config);
}

std::string origin_of(const Loaded& loaded, std::string_view path) {
  const auto found = loaded.places.find(path);
  return found == loaded.places.end() ? "default" : found->second;
}

std::string to_origins(const Loaded& loaded) {
  std::size_t path_width = 0;
  std::size_t origin_width = 0;
  for (const Key& key : keys()) {
    path_width = std::max(path_width, key.path.size());
    origin_width = std::max(origin_width, line_of(origin_of(loaded, key.path)).size());
  }
  const auto padded = [](std::string text, std::size_t width) {
    text.resize(std::max(text.size(), width) + 2, ' ');
    return text;
  };
  std::string text = about_file(loaded) + "\n" + padded("KEY", path_width) +
                     padded("FROM", origin_width) + "VALUE\n";
  for (const Key& key : keys()) {
    text += padded(key.path, path_width) +
            padded(line_of(origin_of(loaded, key.path)), origin_width) +
            value_of(key, loaded.config) + "\n";
  }
  return text;
}

}  // namespace taskgate::config
