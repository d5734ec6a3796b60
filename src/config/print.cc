#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "config/classes.h"
#include "config/keys.h"
#include "config/load.h"
#include "config/yaml.h"

namespace taskgate::config {
namespace {

using route::Rule;

// A comment ends with its line, and holds UTF-8 only.
std::string comment(const std::string& text) {
  const bool fits = utf8_prefix(text) == text && printable(text) == text;
  return "# " + (fits ? text : yaml(text));
}

class Printer {
 public:
  Printer() = default;
  // Says where each value came from.
  explicit Printer(const Loaded& loaded) : loaded_(&loaded) {
    const std::string& file = loaded.config.file;
    line(0, file.empty() ? comment("no configuration file: " + loaded.file + " is not there")
                         : comment("configuration file: " + file));
  }

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
    const std::vector<std::string> values = key.get(config);
    line(section.empty() ? 0 : 1,
         name + ": " + (key.is_list ? yaml(values) : yaml(values.front())) + origin(key.path));
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
    if (loaded_ == nullptr) return "";
    const auto found = loaded_->places.find(path);
    return "  " + comment(found == loaded_->places.end() ? "default" : found->second);
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

}  // namespace taskgate::config
