// The ways in which an upstream may read the path of a request target. Private to this folder.
#pragma once

#include <array>
#include <cstddef>
#include <memory_resource>
#include <string>
#include <string_view>
#include <vector>

#include "route/pattern.h"

namespace taskgate::route {

// `path` without the prefixes that it begins with: each may stand once, in the order given,
// followed by '/'. A path that is a prefix and nothing else is "/".
std::string_view without_prefixes(std::string_view path, const std::vector<std::string>& prefixes,
                                  Comparison comparison);

// The target as the first upstream reads it before its prefixes: the leading slashes are one. Empty
// when the target does not begin with a slash, which no route of that upstream does.
std::string_view exact_path(std::string_view target);

// A target without its query and fragment.
std::string_view without_query(std::string_view target);

// The paths that common frameworks make of one target (Spelling::normalized). Frameworks differ: is
// an escaped slash a separator, are dot segments resolved, are `;` parameters dropped, does a
// leading "//" begin an authority? A target that has one of these has more than one reading, and a
// rule matches when it matches any of them. So does one whose bytes a lenient server changes first
// (lenient.h). Nothing is computed before it is asked for, and nothing is allocated for targets of
// usual length.
class Readings {
 public:
  explicit Readings(std::string_view target) : target_(target) {}
  Readings(const Readings&) = delete;
  Readings& operator=(const Readings&) = delete;

  // At least one path; each begins with '/', is decoded, and has no empty segment and no slash at
  // its end.
  const std::pmr::vector<std::pmr::string>& paths();

  // Whether every framework reads the path as it was sent: a value out of it can be sent back in
  // another target.
  bool is_plain();

 private:
  void read_all(std::string_view path);
  void read_leniently(std::string_view path);

  std::string_view target_;
  std::array<std::byte, 4096> buffer_;
  std::pmr::monotonic_buffer_resource memory_{buffer_.data(), buffer_.size()};
  std::pmr::vector<std::pmr::string> paths_{&memory_};
};

// The reading in which every question of Readings is answered with yes, but for the authority:
// escaped slashes separate and dot segments are resolved. What lies below a folder in this reading
// is not led out of it by any trick of spelling.
std::string resolved_path(std::string_view target);

}  // namespace taskgate::route
