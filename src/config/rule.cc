#include "config/rule.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "base/enumerators.h"
#include "config/mapping_reader.h"
#include "config/shapes.h"
#include "config/values.h"

namespace taskgate::config {
namespace {

using route::Rule;
using route::Spelling;

using route::Starts;
using Names = std::vector<std::string>;

const Names kRuleKeys = {"name",   "method", "path",  "prefixes", "spelling",
                         "settle", "starts", "slots", "session",  "kind"};
const Names kEndKeys = {"method", "path", "prefixes", "spelling"};
const Names kKindKeys = {"path", "pointer", "creates"};
const Names kSlotsKeys = {"pointer", "default", "most"};
const Names kSessionKeys = {"pointer", "prefix"};

const std::string kMethod = "a method in capitals, such as POST";
const std::string kPath = "a path such as /api/jobs/{id}";
const std::string kPrefix = "a path such as /oauth, without a slash at its end";
const std::string kStarts = "task, maybe or elsewhere";
const std::string kKindPointer = "a JSON pointer (RFC 6901) such as /action/type";
const std::string kSessionPointer = "a JSON pointer (RFC 6901) such as /session";
const std::string kSessionPrefix = "the text before what the pointer shows";
const std::string kSlotsPointer = "a JSON pointer (RFC 6901) such as /concurrency";
const std::string kKindPath = "a path with the first variable of the rule's path in it, if any";
const std::string kCreates = "the text that the pointer shows for an item whose request creates";

// What other frameworks write for a variable, as the first segment that looks like it; empty: none.
std::string foreign_variable(std::string_view path) {
  while (!path.empty()) {
    path.remove_prefix(1);
    const std::string_view segment = path.substr(0, path.find('/'));
    path.remove_prefix(segment.size());
    if (segment.starts_with('{')) continue;
    const bool is_tag = segment.starts_with('<') && segment.ends_with('>');
    const bool is_named = segment.starts_with(':') && segment.size() > 1;
    if (is_tag || is_named || segment.find('*') != segment.npos) return std::string(segment);
  }
  return "";
}

class RuleReader : private MappingReader {
 public:
  RuleReader(Reader& reader, std::string path) : MappingReader(reader, std::move(path)) {}

  Rule read(const Node& node) {
    rule_.method = "POST";
    take_all(node, kRuleKeys);
    if (!has_name_) reader_.error(node, path_, "has no name; use " + std::string(kLabelWords));
    check_path(node);
    check_kind_path(node);
    check_slots(node);
    return rule_;
  }

  Rule read_end(const Node& node) {
    rule_.method = "DELETE";
    take_all(node, kEndKeys);
    check_path(node);
    return rule_;
  }

 private:
  void take_all(const Node& node, const Names& names) {
    rule_.spelling = Spelling::normalized;
    reader_.members(node, path_, [&](const std::string& name, const Member& member) {
      const std::string path = joined(path_, name);
      if (!is_among(name, names)) return unknown(member.key, path_, path, names);
      take(name, member, path);
    });
  }

  void take(const std::string& name, const Member& member, const std::string& path) {
    if (name == "name") {
      has_name_ = true;
      take_text(member, path, kLabelWords, is_label, rule_.name);
    } else if (name == "method") {
      take_text(member, path, kMethod, is_method, rule_.method);
    } else if (name == "path") {
      has_path_ = true;
      take_path(member, path);
    } else if (name == "prefixes") {
      take_prefixes(member, path);
    } else if (name == "spelling") {
      take_spelling(member, path);
    } else if (name == "settle") {
      take_duration(member, path, std::chrono::minutes(10), rule_.settle);
    } else if (name == "starts") {
      take_starts(member, path);
    } else if (name == "slots") {
      take_slots(member, path);
    } else if (name == "session") {
      take_session(member, path);
    } else {
      take_parts(member, path, kKindKeys, kKindKeys,
                 [&](const std::string& part, const Member& value) {
                   take_kind_part(part, value, joined(path, part));
                 });
    }
  }

  void take_path(const Member& member, const std::string& path) {
    const auto text = reader_.text(member, path, kPath);
    if (!text) return;
    const auto pattern = route::Pattern::parse(*text);
    if (pattern) {
      rule_.path = *pattern;
      warn_of_foreign_variable(member, path, *text);
    } else {
      refuse(member.value, path, *text, "is not allowed: " + pattern.error());
    }
  }

  // The rule would take no request that comes, and creates would pass ungated.
  void warn_of_foreign_variable(const Member& member, const std::string& path,
                                const std::string& text) {
    const std::string segment = foreign_variable(text);
    if (segment.empty()) return;
    reader_.draft().warn(reader_.place(member.value, path) + ": " + quoted(segment) +
                         " is that very text; a variable is written {id}");
  }

  void take_prefixes(const Member& member, const std::string& path) {
    const auto values = reader_.texts(member, path, kPrefix);
    if (!values) return;
    for (const Value& value : *values) {
      if (is_prefix(value.text)) {
        rule_.prefixes.push_back(value.text);
        reader_.draft().warn_of_comma(value, "prefix", "a list, [a, b]");
      } else {
        reader_.draft().error(value.place, quoted(value.text) + " is not allowed; use " + kPrefix,
                              path);
      }
    }
  }

  void take_spelling(const Member& member, const std::string& path) {
    std::string word;
    take_text(
        member, path, "exact or normalized",
        [](const std::string& text) { return text == "exact" || text == "normalized"; }, word);
    if (!word.empty()) rule_.spelling = word == "exact" ? Spelling::exact : Spelling::normalized;
  }

  void take_starts(const Member& member, const std::string& path) {
    static constexpr auto kAll = values_up_to<Starts::elsewhere>();
    std::string word;
    const auto is_one = [](const std::string& text) {
      return std::any_of(kAll.begin(), kAll.end(),
                         [&](Starts one) { return name_of(one) == text; });
    };
    take_text(member, path, kStarts, is_one, word);
    for (const Starts one : kAll) {
      if (name_of(one) == word) rule_.starts = one;
    }
  }

  // A number, or where in the body it stands.
  void take_slots(const Member& member, const std::string& path) {
    has_slots_ = true;
    if (member.value.kind != Node::Kind::mapping) {
      take_count(member, path, {1, kMostSlots}, rule_.slots.count);
      return;
    }
    take_parts(member, path, kSlotsKeys, {"pointer", "most"},
               [&](const std::string& part, const Member& value) {
                 take_slots_part(part, value, joined(path, part));
               });
    if (rule_.slots.count > rule_.slots.most) {
      reader_.error(member.value, path, "has a default above most; use a smaller one");
    }
  }

  void take_slots_part(const std::string& name, const Member& part, const std::string& path) {
    if (name == "pointer") {
      take_text(part, path, kSlotsPointer, is_member_pointer, rule_.slots.pointer);
    } else {
      take_count(part, path, {1, kMostSlots},
                 name == "default" ? rule_.slots.count : rule_.slots.most);
    }
  }

  // A pointer, one with a prefix, or several of them.
  void take_session(const Member& member, const std::string& path) {
    if (member.value.kind != Node::Kind::list) return take_session_name(member, path);
    for (std::size_t i = 0; i < member.value.items.size(); ++i) {
      take_session_name({member.key, member.value.items[i]}, path + "[" + std::to_string(i) + "]");
    }
  }

  void take_session_name(const Member& member, const std::string& path) {
    route::SessionName name;
    if (member.value.kind != Node::Kind::mapping) {
      take_text(member, path, kSessionPointer, is_member_pointer, name.pointer);
    } else {
      take_parts(member, path, kSessionKeys, {"pointer"},
                 [&](const std::string& part, const Member& value) {
                   take_session_part(part, value, joined(path, part), name);
                 });
    }
    rule_.session.push_back(name);
  }

  void take_session_part(const std::string& part, const Member& value, const std::string& path,
                         route::SessionName& name) {
    if (part == "pointer") {
      take_text(value, path, kSessionPointer, is_member_pointer, name.pointer);
    } else {
      take_text(
          value, path, kSessionPrefix, [](const std::string&) { return true; }, name.prefix);
    }
  }

  void take_kind_part(const std::string& name, const Member& part, const std::string& path) {
    if (name == "path") {
      take_text(part, path, kKindPath, is_path, rule_.kind_path);
    } else if (name == "pointer") {
      take_text(part, path, kKindPointer, is_pointer, rule_.kind_pointer);
    } else {
      take_text(
          part, path, kCreates, [](const std::string& text) { return !text.empty(); },
          rule_.kind_creates);
    }
  }

  void check_path(const Node& node) {
    if (!has_path_) reader_.error(node, path_, "has no path; use " + kPath);
    if (rule_.spelling != Spelling::normalized) return;
    std::vector<std::string> paths = rule_.prefixes;
    if (!rule_.path.text().empty()) paths.push_back(rule_.path.text());
    for (const std::string& path : paths) {
      if (is_in_normal_form(path)) continue;
      refuse(node, path_, path,
             "can never match with spelling normalized; use no slash at its end, no '//', '.', "
             "'..', '%', '\\' or ';'");
    }
  }

  // The question's path may have one variable, and its value must be known: the first of the rule's
  // path.
  void check_kind_path(const Node& node) {
    if (rule_.path.text().empty()) return;
    const std::string variable = "{" + rule_.path.variable_name() + "}";
    std::string rest = rule_.kind_path;
    const std::size_t at = rest.find(variable);
    if (at != std::string::npos && variable != "{}") rest.erase(at, variable.size());
    if (rest.find_first_of("{}") == std::string::npos) return;
    refuse(node, joined(path_, "kind.path"), rule_.kind_path, "is not allowed; use " + kKindPath);
  }

  void check_slots(const Node& node) {
    if (rule_.starts != Starts::elsewhere || !has_slots_) return;
    reader_.error(node, joined(path_, "slots"),
                  "nothing is reserved for a rule that starts its task elsewhere; leave slots out");
  }

  Rule rule_;
  bool has_name_ = false;
  bool has_path_ = false;
  bool has_slots_ = false;
};

}  // namespace

Rule read_rule(Reader& reader, const Node& mapping, const std::string& path) {
  return RuleReader(reader, path).read(mapping);
}

Rule read_end(Reader& reader, const Node& mapping, const std::string& path) {
  return RuleReader(reader, path).read_end(mapping);
}

}  // namespace taskgate::config
