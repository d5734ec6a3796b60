#include "config/classes.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "config/mapping_reader.h"
#include "config/shapes.h"
#include "config/values.h"
#include "config/yaml.h"

namespace taskgate::config {
namespace {

using Class = Config::Class;
using Names = std::vector<std::string>;

const Names kClassKeys = {"name", "match", "floor", "cap", "wait", "max_wait", "places"};
const Names kMatchKeys = {"routes", "header", "json"};
const Names kHeaderKeys = {"name", "pattern"};
const Names kJsonKeys = {"pointer", "pattern"};

// Each is a value of labels.
constexpr std::size_t kMostClasses = 32;
constexpr Duration kLongestWait = std::chrono::hours(24);

const std::string kRoutes = "one or more names of rules";
const std::string kField = "the name of a header field, such as X-Source";
const std::string kMemberPointer = "a JSON pointer (RFC 6901) such as /source";
const std::string kPattern = "a pattern with *, ? and [...] that is not empty";

bool is_pattern(const std::string& text) {
  return !text.empty();
}

class ClassReader : private MappingReader {
 public:
  ClassReader(Reader& reader, std::string path) : MappingReader(reader, std::move(path)) {}

  Class read(const Node& node) {
    const std::size_t errors = reader_.draft().errors().size();
    bool has_name = false;
    bool has_match = false;
    reader_.members(node, path_, [&](const std::string& name, const Member& member) {
      has_name = has_name || name == "name";
      has_match = has_match || name == "match";
      take(name, member, joined(path_, name));
    });
    if (!has_name) reader_.error(node, path_, "has no name; use " + std::string(kLabelWords));
    if (reader_.draft().errors().size() == errors) check_together(node, has_match);
    return class_;
  }

 private:
  void take(const std::string& name, const Member& member, const std::string& path) {
    if (name == "name") {
      take_text(member, path, kLabelWords, is_label, class_.name);
    } else if (name == "match") {
      take_parts(member, path, kMatchKeys, {}, [&](const std::string& part, const Member& value) {
        take_match(part, value, joined(path, part));
      });
    } else if (name == "floor") {
      take_count(member, path, {0, kMostSlots}, class_.floor);
    } else if (name == "cap") {
      take_count(member, path, {0, kMostSlots}, class_.cap.emplace(0));
    } else if (name == "wait") {
      take_duration(member, path, kLongestWait, class_.wait);
    } else if (name == "max_wait") {
      take_duration(member, path, kLongestWait, class_.max_wait);
    } else if (name == "places") {
      take_count(member, path, {0, kMostSlots}, class_.places);
    } else {
      unknown(member.key, path_, path, kClassKeys);
    }
  }

  void take_match(const std::string& part, const Member& member, const std::string& path) {
    route::ClassMatch& match = class_.match;
    if (part == "routes") {
      const auto values = reader_.texts(member, path, kRoutes);
      if (!values) return;
      for (const Value& value : *values) match.routes.push_back(value.text);
    } else if (part == "header") {
      auto& header = match.header.emplace();
      take_pair(member, path, kHeaderKeys, kField, is_field_name, header.name, header.pattern);
    } else {
      auto& json = match.json.emplace();
      take_pair(member, path, kJsonKeys, kMemberPointer, is_member_pointer, json.pointer,
                json.pattern);
    }
  }

  // What is looked at, and the pattern that it must match.
  template <typename Check>
  void take_pair(const Member& member, const std::string& path, const Names& names,
                 const std::string& allowed, Check check, std::string& what, std::string& pattern) {
    take_parts(member, path, names, names, [&](const std::string& part, const Member& value) {
      if (part == "pattern") {
        take_text(value, joined(path, part), kPattern, is_pattern, pattern);
      } else {
        take_text(value, joined(path, part), allowed, check, what);
      }
    });
  }

  void check_together(const Node& node, bool has_match) {
    const bool is_default = class_.name == "default";
    if (is_default && has_match) {
      reader_.error(node, joined(path_, "match"),
                    "is not for the class default, which has what no other takes; leave it out");
    }
    if (!is_default && class_.match == route::ClassMatch{}) {
      reader_.error(node, path_, "has no match; use routes, header or json below it");
    }
    if (class_.cap && class_.floor > *class_.cap) {
      reader_.error(node, path_, "has a floor above its cap; use a smaller one");
    }
    if (class_.max_wait != Duration::zero() && class_.max_wait < class_.wait) {
      reader_.error(node, path_, "has a max_wait below its wait; use a longer one");
    }
  }

  Class class_;
};

std::vector<Class> classes_in(Reader& reader, const Node& list) {
  std::vector<Class> classes;
  for (std::size_t i = 0; i < list.items.size(); ++i) {
    const Node& item = list.items[i];
    const std::string path = "classes[" + std::to_string(i) + "]";
    if (item.kind != Node::Kind::mapping) {
      reader.error(item, path, "takes keys; use name, match and others");
      continue;
    }
    Class read = ClassReader(reader, path).read(item);
    const bool is_taken =
        std::ranges::any_of(classes, [&](const Class& other) { return other.name == read.name; });
    if (is_taken && !read.name.empty()) {
      reader.error(item, path,
                   "the name " + quoted(read.name) + " is taken by an earlier class; use another");
    }
    classes.push_back(std::move(read));
  }
  if (classes.size() > kMostClasses) {
    reader.error(list, "classes", "has more than " + std::to_string(kMostClasses) + " classes");
  }
  return classes;
}

std::string text_of(const route::ClassMatch& match) {
  std::string text;
  const auto add = [&text](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
  if (!match.routes.empty()) add("routes: " + yaml(match.routes));
  if (match.header) {
    add("header: {name: " + yaml(match.header->name) + ", pattern: " + yaml(match.header->pattern) +
        "}");
  }
  if (match.json) {
    add("json: {pointer: " + yaml(match.json->pointer) + ", pattern: " + yaml(match.json->pattern) +
        "}");
  }
  return "{" + text + "}";
}

}  // namespace

void read_classes(Reader& reader, const Node& list) {
  const std::size_t errors = reader.draft().errors().size();
  std::vector<Class> classes = classes_in(reader, list);
  if (reader.draft().errors().size() != errors) return;
  reader.draft().config().classes = std::move(classes);
  reader.draft().note_in_file("classes", reader.place(list, "classes"));
}

std::vector<Problem> set_classes(Config& config, const std::vector<std::string>& values) {
  const auto list = parse_document(values.front());
  if (!list) return {{0, list.error().text}};
  if (list->kind != Node::Kind::list) return {{0, "is not a list"}};
  Draft draft;
  Reader reader("text", draft);
  std::vector<Class> classes = classes_in(reader, *list);
  std::vector<Problem> problems;
  for (const std::string& error : draft.errors()) problems.push_back({0, "has an error: " + error});
  if (problems.empty()) config.classes = std::move(classes);
  return problems;
}

std::string text_of(const Class& one) {
  std::string text = "{name: " + yaml(one.name);
  if (one.match != route::ClassMatch{}) text += ", match: " + text_of(one.match);
  text += ", floor: " + std::to_string(one.floor);
  if (one.cap) text += ", cap: " + std::to_string(*one.cap);
  text += ", wait: " + format_duration(one.wait) + ", max_wait: " + format_duration(one.max_wait) +
          ", places: " + std::to_string(one.places);
  return text + "}";
}

std::string text_of_classes(const std::vector<Class>& classes) {
  std::string text;
  for (const Class& one : classes) text += (text.empty() ? "" : ", ") + text_of(one);
  return "[" + text + "]";
}

}  // namespace taskgate::config
