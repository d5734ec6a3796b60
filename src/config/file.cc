#include "config/file.h"

#include "config/classes.h"
#include "config/document.h"
#include "config/reader.h"
#include "config/routes.h"
#include "config/suggest.h"

namespace taskgate::config {
namespace {

bool is_section(const std::string& path) {
  return !names_below(path).empty();
}

// What a misspelled key may have been meant to be: any key or section, by its whole path.
std::vector<std::string> known_paths() {
  std::vector<std::string> paths = names_below("");
  for (const Key& key : keys()) paths.push_back(key.path);
  return paths;
}

// The key of that name in another section: `match` at the top level is meant to be below `tmux`.
std::string elsewhere(const std::string& path) {
  const std::string name = path.substr(path.rfind('.') + 1);
  std::vector<std::string> found;
  for (const Key& key : keys()) {
    const bool is_same = key.path.substr(key.path.rfind('.') + 1) == name;
    if (is_same && key.path != path) found.push_back(key.path);
  }
  return either(found);
}

void read_section(Reader& reader, const Node& mapping, const std::string& section);

void read_unknown(Reader& reader, const Node& key, const std::string& section) {
  const std::string path = joined(section, key.text);
  const std::string other_place = elsewhere(path);
  if (find_key(path) != nullptr) {
    // "tmux.match: x" in one line: the right path, written as one word.
    const std::size_t dot = path.rfind('.');
    reader.error(key, path,
                 "unknown key; write " + path.substr(dot + 1) + " below " + path.substr(0, dot));
  } else if (!other_place.empty()) {
    reader.error(key, path, "unknown key; did you mean " + other_place + "?");
  } else {
    reader.unknown_key(key, path, known_paths(), names_below(section));
  }
}

void read_subsection(Reader& reader, const Member& member, const std::string& path) {
  const std::string use = "; use " + either(names_below(path)) + " below it";
  if (member.value.kind == Node::Kind::mapping) {
    read_section(reader, member.value, path);
  } else if (member.value.kind == Node::Kind::nothing) {
    reader.error(member.key, path, "has no keys" + use);
  } else {
    reader.error(member.value, path, "takes keys, not a value" + use);
  }
}

void read_key(Reader& reader, const Member& member, const Key& key) {
  if (key.path == "routes" && member.value.kind == Node::Kind::mapping) {
    return read_routes(reader, member.value);
  }
  if (key.path == "classes" && member.value.kind == Node::Kind::list) {
    return read_classes(reader, member.value);
  }
  if (key.is_list) {
    const auto values = reader.texts(member, key.path, key.allowed);
    if (values) reader.draft().set_in_file(key, *values);
    return;
  }
  const auto text = reader.text(member, key.path, key.allowed);
  if (!text) return;
  reader.draft().set_in_file(key, {{*text, reader.place(member.value, key.path)}});
}

void read_section(Reader& reader, const Node& mapping, const std::string& section) {
  reader.members(mapping, section, [&](const std::string& name, const Member& member) {
    const std::string path = joined(section, name);
    const Key* key = name.find('.') == std::string::npos ? find_key(path) : nullptr;
    if (key != nullptr) {
      read_key(reader, member, *key);
    } else if (!name.empty() && is_section(path)) {
      read_subsection(reader, member, path);
    } else {
      read_unknown(reader, member.key, section);
    }
  });
}

}  // namespace

void apply_file(const std::string& name, const std::string& text, Draft& draft) {
  Reader reader(name, draft);
  const auto document = parse_document(text);
  if (!document) {
    const SyntaxError& error = document.error();
    Node at;
    at.line = error.line;
    at.column = error.column;
    reader.error(at, "", error.text);
    return;
  }
  if (document->kind == Node::Kind::mapping) {
    read_section(reader, *document, "");
  } else if (document->kind != Node::Kind::nothing) {
    reader.error(*document, "", "is not a mapping; use keys, as in 'limit: 12'");
  }
}

}  // namespace taskgate::config
