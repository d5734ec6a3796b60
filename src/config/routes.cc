#include "config/routes.h"

#include <algorithm>
#include <array>

#include "config/rule.h"
#include "config/shapes.h"
#include "config/suggest.h"
#include "config/values.h"

namespace taskgate::config {
namespace {

using route::Rule;

struct BuiltIn {
  std::string_view name;
  route::Table (*table)();
};
constexpr std::array kBuiltIn{BuiltIn{"kube-coder", route::kube_coder},
                              BuiltIn{"none", [] { return route::Table(); }}};

const std::vector<std::string> kListKeys = {"use", "bodies_on_get", "rules", "ends"};

const std::string kBodyPath = "a path such as /api/search, or /api/search/ for all below it";

// Reads the mapping. The built-in list comes first, so that own rules cannot take a request from
// it.
class ListReader {
 public:
  explicit ListReader(Reader& reader) : reader_(reader) {}

  void read(const Node& mapping) {
    const std::size_t errors = reader_.draft().errors().size();
    reader_.members(mapping, "routes", [&](const std::string& name, const Member& member) {
      if (name == "use") take_use(member);
      if (name == "bodies_on_get") take_bodies_on_get(member);
      if (name == "rules") {
        take_items(member, "routes.rules", "rules", "name, path",
                   [&](const Node& item, const std::string& path) {
                     own_.push_back({&item, path, read_rule(reader_, item, path)});
                   });
      }
      if (name == "ends") {
        take_items(member, "routes.ends", "requests", "path",
                   [&](const Node& item, const std::string& path) {
                     ends_.push_back(read_end(reader_, item, path));
                   });
      }
      const bool is_known = std::find(kListKeys.begin(), kListKeys.end(), name) != kListKeys.end();
      if (!is_known) unknown(member.key, name);
    });
    add_own_rules();
    if (reader_.draft().errors().size() != errors) return;
    Config& config = reader_.draft().config();
    config.routes_name = use_;
    config.routes = table();
    reader_.draft().note_in_file("routes", reader_.place(mapping, "routes"));
  }

 private:
  struct Own {
    const Node* node;
    std::string path;
    Rule rule;
  };

  void take_use(const Member& member) {
    const std::string names = either(built_in_names());
    const auto text = reader_.text(member, "routes.use", names);
    if (!text) return;
    if (is_built_in(*text)) {
      use_ = *text;
    } else {
      reader_.error(member.value, "routes.use",
                    quoted(*text) + " is not a built-in list; use " + names);
    }
  }

  void take_bodies_on_get(const Member& member) {
    const std::string path = "routes.bodies_on_get";
    const auto values = reader_.texts(member, path, kBodyPath);
    if (!values) return;
    for (const Value& value : *values) {
      if (is_path(value.text) && value.text != "/") {
        bodies_on_get_.push_back(value.text);
        reader_.draft().warn_of_comma(value, "path", "a list, [a, b]");
      } else {
        reader_.draft().error(value.place, quoted(value.text) + " is not allowed; use " + kBodyPath,
                              path);
      }
    }
  }

  template <typename Take>
  void take_items(const Member& member, const std::string& path, const std::string& what,
                  const std::string& keys, Take take) {
    if (member.value.kind != Node::Kind::list) {
      reader_.error(member.value.kind == Node::Kind::nothing ? member.key : member.value, path,
                    "takes a list of " + what);
      return;
    }
    for (std::size_t i = 0; i < member.value.items.size(); ++i) {
      const Node& item = member.value.items[i];
      const std::string place = path + "[" + std::to_string(i) + "]";
      if (item.kind == Node::Kind::mapping) {
        take(item, place);
      } else {
        reader_.error(item, place, "takes keys; use " + keys + " and others");
      }
    }
  }

  void add_own_rules() {
    rules_ = built_in(use_).rules();
    for (const Own& own : own_) {
      const std::string& name = own.rule.name;
      const bool is_taken = std::any_of(rules_.begin(), rules_.end(),
                                        [&](const Rule& rule) { return rule.name == name; });
      if (name == "other") {
        reader_.error(*own.node, own.path, "the name 'other' is reserved; use another");
      } else if (is_taken && !name.empty()) {
        reader_.error(*own.node, own.path,
                      "the name " + quoted(name) + " is taken by an earlier rule; use another");
      }
      warn_of_earlier(own);
      rules_.push_back(own.rule);
    }
  }

  // Of several rules the first counts, so what this one says of its creates is said in vain.
  void warn_of_earlier(const Own& own) {
    const std::string path(own.rule.path.text());
    const auto earlier = std::ranges::find_if(rules_, [&](const Rule& rule) {
      return rule.method == own.rule.method && rule.path.text() == path;
    });
    if (path.empty() || earlier == rules_.end()) return;
    reader_.draft().warn(reader_.place(*own.node, own.path) + ": the rule " +
                         quoted(earlier->name) + " takes " + earlier->method + " " + path +
                         " before it");
  }

  route::Table table() const {
    std::vector<std::string> bodies = built_in(use_).bodies_on_get();
    for (const std::string& path : bodies_on_get_) {
      if (std::find(bodies.begin(), bodies.end(), path) == bodies.end()) bodies.push_back(path);
    }
    std::vector<Rule> ends = built_in(use_).ends();
    ends.insert(ends.end(), ends_.begin(), ends_.end());
    return {rules_, bodies, built_in(use_).app_proxy(), ends};
  }

  void unknown(const Node& key, const std::string& name) {
    std::vector<std::string> known;
    for (const std::string& one : kListKeys) known.push_back("routes." + one);
    reader_.unknown_key(key, "routes." + name, known, kListKeys);
  }

  Reader& reader_;
  std::string use_ = "kube-coder";
  std::vector<std::string> bodies_on_get_;
  std::vector<Own> own_;
  std::vector<Rule> rules_;
  std::vector<Rule> ends_;
};

}  // namespace

std::vector<std::string> built_in_names() {
  std::vector<std::string> names;
  for (const BuiltIn& list : kBuiltIn) names.emplace_back(list.name);
  return names;
}

bool is_built_in(std::string_view name) {
  return std::ranges::find(kBuiltIn, name, &BuiltIn::name) != kBuiltIn.end();
}

route::Table built_in(std::string_view name) {
  const auto list = std::ranges::find(kBuiltIn, name, &BuiltIn::name);
  return list == kBuiltIn.end() ? route::Table() : list->table();
}

void read_routes(Reader& reader, const Node& mapping) {
  ListReader(reader).read(mapping);
}

}  // namespace taskgate::config
