#include "config/mapping_reader.h"

#include <algorithm>

#include "config/suggest.h"
#include "config/values.h"

namespace taskgate::config {

void MappingReader::take_count(const Member& member, const std::string& path, Counts range,
                               int& target) {
  const std::string allowed =
      "a whole number from " + std::to_string(range.least) + " to " + std::to_string(range.most);
  const auto text = reader_.text(member, path, allowed);
  if (!text) return;
  const auto count = parse_count(*text);
  if (!count || *count < range.least || *count > range.most) {
    refuse(member.value, path, *text, "is not allowed; use " + allowed);
  } else {
    target = static_cast<int>(*count);
  }
}

void MappingReader::take_duration(const Member& member, const std::string& path, Duration most,
                                  Duration& target) {
  const std::string allowed = "a duration from 0s to " + format_duration(most);
  const auto text = reader_.text(member, path, allowed);
  if (!text) return;
  const auto duration = parse_duration(*text);
  if (!duration) {
    refuse(member.value, path, *text, duration.error().text + "; use " + allowed);
  } else if (*duration > most) {
    refuse(member.value, path, *text, "is out of range; use " + allowed);
  } else {
    target = *duration;
  }
}

void MappingReader::take_parts(const Member& member, const std::string& path, const Names& names,
                               Names required, const Reader::Take& take_part) {
  if (member.value.kind != Node::Kind::mapping) {
    reader_.error(member.value.kind == Node::Kind::nothing ? member.key : member.value, path,
                  "takes keys; use " + all_of(names));
    return;
  }
  reader_.members(member.value, path, [&](const std::string& name, const Member& part) {
    std::erase(required, name);
    if (is_among(name, names)) {
      take_part(name, part);
    } else {
      unknown(part.key, path, joined(path, name), names);
    }
  });
  for (const std::string& name : required) {
    reader_.error(member.value, path, "has no " + name + "; use " + all_of(names));
  }
}

void MappingReader::refuse(const Node& node, const std::string& path, const std::string& text,
                           const std::string& why) {
  reader_.error(node, path, quoted(text) + " " + why);
}

void MappingReader::unknown(const Node& key, const std::string& section, const std::string& path,
                            const Names& names) {
  Names known;
  for (const std::string& name : names) known.push_back(joined(section, name));
  reader_.unknown_key(key, path, known, names);
}

bool MappingReader::is_among(const std::string& name, const Names& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace taskgate::config
