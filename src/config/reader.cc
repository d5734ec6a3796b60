#include "config/reader.h"

#include <set>

#include "config/suggest.h"
#include "config/values.h"

namespace taskgate::config {

std::string joined(const std::string& section, const std::string& name) {
  return section.empty() ? name : section + "." + name;
}

std::string Reader::place(const Node& node, const std::string& path) const {
  const std::string place =
      file_ + ":" + std::to_string(node.line) + ":" + std::to_string(node.column);
  return path.empty() ? place : place + ": " + path;
}

void Reader::error(const Node& node, const std::string& path, const std::string& text) {
  draft_.error(place(node, path), text, path);
}

void Reader::members(const Node& mapping, const std::string& path, const Take& take) {
  std::set<std::string> seen;
  for (const Member& member : mapping.members) {
    if (member.key.kind != Node::Kind::text) {
      error(member.key, path, "has a key that is not text");
    } else if (!seen.insert(member.key.text).second) {
      error(member.key, joined(path, member.key.text), "stands twice; keep one");
    } else {
      take(member.key.text, member);
    }
  }
}

void Reader::unknown_key(const Node& key, const std::string& path,
                         const std::vector<std::string>& known,
                         const std::vector<std::string>& siblings) {
  const std::string meant = closest(path, known, path.rfind('.') + 1);
  const std::string hint =
      meant.empty() ? "use " + either(siblings) : "did you mean " + meant + "?";
  error(key, path, "unknown key; " + hint);
}

bool Reader::is_refused(const Node& node, const std::string& path, const std::string& allowed) {
  const std::string fault(text_fault(node.text));
  if (fault.empty()) return false;
  error(node, path, quoted(node.text) + " " + fault + "; use " + allowed);
  return true;
}

std::optional<std::string> Reader::text(const Member& member, const std::string& path,
                                        const std::string& allowed) {
  switch (member.value.kind) {
    case Node::Kind::text:
      if (is_refused(member.value, path, allowed)) break;
      return member.value.text;
    case Node::Kind::nothing:
      // A missing value has no place of its own: the parser gives that of what comes next.
      error(member.key, path, "has no value; use " + allowed);
      break;
    case Node::Kind::list:
      error(member.value, path, "takes one value, not a list; use " + allowed);
      break;
    case Node::Kind::mapping:
      error(member.value, path, "takes a value, not keys; use " + allowed);
      break;
  }
  return std::nullopt;
}

std::optional<std::vector<Value>> Reader::texts(const Member& member, const std::string& path,
                                                const std::string& allowed) {
  if (member.value.kind != Node::Kind::list) {
    const auto one = text(member, path, allowed);
    if (!one) return std::nullopt;
    return std::vector<Value>{{*one, place(member.value, path)}};
  }
  std::vector<Value> values;
  bool is_good = !member.value.items.empty();
  if (!is_good) error(member.value, path, "is an empty list; use " + allowed);
  for (const Node& item : member.value.items) {
    if (item.kind != Node::Kind::text) {
      error(item, path, "has an item that is not text; use " + allowed);
      is_good = false;
    } else if (is_refused(item, path, allowed)) {
      is_good = false;
    } else {
      values.push_back({item.text, place(item, path), true});
    }
  }
  if (!is_good) return std::nullopt;
  return values;
}

}  // namespace taskgate::config
