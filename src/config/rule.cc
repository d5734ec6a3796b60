#include "config/rule.h"

#include <algorithm>

#include "base/text.h"
#include "config/suggest.h"
#include "config/values.h"

namespace taskgate::config {
namespace {

using route::Rule;
using route::Spelling;

using route::Starts;
using Names = std::vector<std::string>;

const Names kRuleKeys = {"name",   "method", "path",  "prefixes", "spelling",
                         "settle", "starts", "slots", "kind"};
const Names kKindKeys = {"path", "pointer", "creates"};
const Names kSlotsKeys = {"pointer", "default", "most"};
constexpr std::uint64_t kMostSlots = 100'000;  // as many as `limit` allows

const std::string kName = "a-z, 0-9 and '-', beginning with a letter";
const std::string kMethod = "a method in capitals, such as POST";
const std::string kPath = "a path such as /api/jobs/{id}";
const std::string kPrefix = "a path such as /oauth, without a slash at its end";
const std::string kSettle = "a duration from 0s to 10m";
const std::string kStarts = "task, maybe or elsewhere";
const std::string kCount = "a whole number from 1 to 100000";
const std::string kPointer = "a JSON pointer (RFC 6901) such as /action/type";
const std::string kSlotsPointer = "a JSON pointer (RFC 6901) such as /concurrency";
const std::string kKindPath = "a path with the first variable of the rule's path in it, if any";
const std::string kCreates = "the text that the pointer shows for an item whose request creates";

bool is_method(const std::string& text) {
  return !text.empty() && text.size() <= 20 && is_upper(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return is_upper(c) || c == '-' || c == '_'; });
}

bool is_name(const std::string& text) {
  return !text.empty() && text.size() <= 40 && is_lower(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return is_lower(c) || is_digit(c) || c == '-'; });
}

bool is_prefix(const std::string& text) {
  return is_path(text) && !text.ends_with('/') && text.find("//") == std::string::npos;
}

// RFC 6901 section 3: '~' stands only in "~0" and "~1".
bool is_pointer(const std::string& text) {
  if (!text.empty() && text.front() != '/') return false;
  for (std::size_t i = text.find('~'); i != std::string::npos; i = text.find('~', i + 1)) {
    if (i + 1 == text.size() || (text[i + 1] != '0' && text[i + 1] != '1')) return false;
  }
  return true;
}

// The whole body is no number of slots.
bool is_member_pointer(const std::string& text) {
  return !text.empty() && is_pointer(text);
}

// Whether a cleaned-up path can match at all: a normalized target has none of these.
bool is_in_normal_form(const std::string& path) {
  const std::string closed = path + "/";
  const bool is_root = path == "/";
  return path.find_first_of("%\\;") == std::string::npos && (is_root || !path.ends_with('/')) &&
         path.find("//") == std::string::npos && closed.find("/./") == std::string::npos &&
         closed.find("/../") == std::string::npos;
}

class RuleReader {
 public:
  RuleReader(Reader& reader, std::string path) : reader_(reader), path_(std::move(path)) {}

  Rule read(const Node& node) {
    rule_.method = "POST";
    rule_.spelling = Spelling::normalized;
    reader_.members(node, path_, [&](const std::string& name, const Member& member) {
      take(name, member, joined(path_, name));
    });
    if (!has_name_) reader_.error(node, path_, "has no name; use " + kName);
    if (!has_path_) reader_.error(node, path_, "has no path; use " + kPath);
    check_normal_form(node);
    check_kind_path(node);
    check_slots(node);
    return rule_;
  }

 private:
  void take(const std::string& name, const Member& member, const std::string& path) {
    if (name == "name") {
      has_name_ = true;
      take_text(member, path, kName, is_name, rule_.name);
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
      take_settle(member, path);
    } else if (name == "starts") {
      take_starts(member, path);
    } else if (name == "slots") {
      take_slots(member, path);
    } else if (name == "kind") {
      take_parts(member, path, kKindKeys, kKindKeys,
                 [&](const std::string& part, const Member& value) {
                   take_kind_part(part, value, joined(path, part));
                 });
    } else {
      unknown(member.key, path_, path, kRuleKeys);
    }
  }

  template <typename Check>
  void take_text(const Member& member, const std::string& path, const std::string& allowed,
                 Check check, std::string& target) {
    const auto text = reader_.text(member, path, allowed);
    if (!text) return;
    if (check(*text)) {
      target = *text;
    } else {
      refuse(member.value, path, *text, "is not allowed; use " + allowed);
    }
  }

  void take_path(const Member& member, const std::string& path) {
    const auto text = reader_.text(member, path, kPath);
    if (!text) return;
    const auto pattern = route::Pattern::parse(*text);
    if (pattern) {
      rule_.path = *pattern;
    } else {
      refuse(member.value, path, *text, "is not allowed: " + pattern.error());
    }
  }

  void take_prefixes(const Member& member, const std::string& path) {
    const auto values = reader_.texts(member, path, kPrefix);
    if (!values) return;
    for (const Value& value : *values) {
      if (is_prefix(value.text)) {
        rule_.prefixes.push_back(value.text);
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

  void take_settle(const Member& member, const std::string& path) {
    const auto text = reader_.text(member, path, kSettle);
    if (!text) return;
    const auto settle = parse_duration(*text);
    if (!settle) {
      refuse(member.value, path, *text, settle.error().text + "; use " + kSettle);
    } else if (*settle > std::chrono::minutes(10)) {
      refuse(member.value, path, *text, "is out of range; use " + kSettle);
    } else {
      rule_.settle = *settle;
    }
  }

  void take_starts(const Member& member, const std::string& path) {
    static const std::vector<Starts> kAll = {Starts::task, Starts::maybe, Starts::elsewhere};
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
      take_count(member, path, rule_.slots.count);
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
      take_count(part, path, name == "default" ? rule_.slots.count : rule_.slots.most);
    }
  }

  void take_count(const Member& member, const std::string& path, int& target) {
    const auto text = reader_.text(member, path, kCount);
    if (!text) return;
    const auto count = parse_count(*text);
    if (!count || *count < 1 || *count > kMostSlots) {
      refuse(member.value, path, *text, "is not allowed; use " + kCount);
    } else {
      target = static_cast<int>(*count);
    }
  }

  // The members of a mapping within the rule.
  void take_parts(const Member& member, const std::string& path, const Names& names, Names required,
                  const Reader::Take& take_part) {
    if (member.value.kind != Node::Kind::mapping) {
      reader_.error(member.value.kind == Node::Kind::nothing ? member.key : member.value, path,
                    "takes keys; use " + all_of(names));
      return;
    }
    reader_.members(member.value, path, [&](const std::string& name, const Member& part) {
      std::erase(required, name);
      if (std::find(names.begin(), names.end(), name) != names.end()) {
        take_part(name, part);
      } else {
        unknown(part.key, path, joined(path, name), names);
      }
    });
    for (const std::string& name : required) {
      reader_.error(member.value, path, "has no " + name + "; use " + all_of(names));
    }
  }

  void take_kind_part(const std::string& name, const Member& part, const std::string& path) {
    if (name == "path") {
      take_text(part, path, kKindPath, is_path, rule_.kind_path);
    } else if (name == "pointer") {
      take_text(part, path, kPointer, is_pointer, rule_.kind_pointer);
    } else {
      take_text(
          part, path, kCreates, [](const std::string& text) { return !text.empty(); },
          rule_.kind_creates);
    }
  }

  void check_normal_form(const Node& node) {
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

  void refuse(const Node& node, const std::string& path, const std::string& text,
              const std::string& why) {
    reader_.error(node, path, quoted(text) + " " + why);
  }

  void unknown(const Node& key, const std::string& section, const std::string& path,
               const std::vector<std::string>& names) {
    std::vector<std::string> known;
    for (const std::string& name : names) known.push_back(joined(section, name));
    reader_.unknown_key(key, path, known, names);
  }

  static std::string all_of(const std::vector<std::string>& words) {
    return words[0] + ", " + words[1] + " and " + words[2];
  }

  Reader& reader_;
  std::string path_;
  Rule rule_;
  bool has_name_ = false;
  bool has_path_ = false;
  bool has_slots_ = false;
};

}  // namespace

bool is_path(const std::string& text) {
  return text.starts_with('/') && std::all_of(text.begin(), text.end(), [](char c) {
           return c > ' ' && c < 0x7F && c != '?' && c != '#';
         });
}

Rule read_rule(Reader& reader, const Node& mapping, const std::string& path) {
  return RuleReader(reader, path).read(mapping);
}

}  // namespace taskgate::config
