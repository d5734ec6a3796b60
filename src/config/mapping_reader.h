// Reads the members of one mapping that stands in a list: a rule, a class. What is wrong goes to
// the reader's draft, with its place.
#pragma once

#include <string>
#include <vector>

#include "base/time.h"
#include "config/document.h"
#include "config/reader.h"

namespace taskgate::config {

class MappingReader {
 protected:
  using Names = std::vector<std::string>;
  struct Counts {
    std::uint64_t least;
    std::uint64_t most;
  };

  // `path`: of the mapping, "routes.rules[0]".
  MappingReader(Reader& reader, std::string path) : reader_(reader), path_(std::move(path)) {}

  // Each leaves `target` alone after a complaint.
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
  void take_count(const Member& member, const std::string& path, Counts range, int& target);
  // From 0 on.
  void take_duration(const Member& member, const std::string& path, Duration most,
                     Duration& target);

  // The members of a mapping within this one.
  void take_parts(const Member& member, const std::string& path, const Names& names, Names required,
                  const Reader::Take& take_part);

  void refuse(const Node& node, const std::string& path, const std::string& text,
              const std::string& why);
  // A key that is none of `names`, the keys of `section`.
  void unknown(const Node& key, const std::string& section, const std::string& path,
               const Names& names);
  static bool is_among(const std::string& name, const Names& names);

  Reader& reader_;
  std::string path_;
};

}  // namespace taskgate::config
