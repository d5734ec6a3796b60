#include "config/string_lists.h"

#include <sys/un.h>

#include <algorithm>

#include "config/values.h"

namespace taskgate::config {
namespace {

// The path without slashes at its end or repeated ones, for comparing; nothing is resolved on disk.
std::string tidied(const std::string& path) {
  std::string out;
  for (const char c : path) {
    if (c != '/' || !out.ends_with('/')) out += c;
  }
  while (out.size() > 1 && out.ends_with('/')) out.pop_back();
  return out;
}

// Sessions of a socket that is named twice, once as such or once by its folder, would be counted
// twice.
bool is_counted_twice(const std::string& path, const std::string& other) {
  const std::string a = tidied(path);
  const std::string b = tidied(other);
  return a == b || a.substr(0, a.rfind('/')) == b || b.substr(0, b.rfind('/')) == a;
}

std::string socket_fault(const std::vector<std::string>& paths, std::size_t index) {
  const std::string& path = paths[index];
  if (!path.starts_with('/')) return "is not an absolute path";
  if (path.size() >= sizeof(sockaddr_un::sun_path)) {
    return "is longer than the 107 bytes that a socket's path may have";
  }
  const auto end = paths.begin() + static_cast<std::ptrdiff_t>(index);
  const auto twice = std::find_if(
      paths.begin(), end, [&](const std::string& other) { return is_counted_twice(path, other); });
  return twice == end ? "" : "would be counted twice, with " + quoted(*twice);
}

}  // namespace

std::vector<Problem> check_sockets(const std::vector<std::string>& paths) {
  std::vector<Problem> problems;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const std::string fault = socket_fault(paths, i);
    if (!fault.empty()) problems.push_back({i, fault});
  }
  return problems;
}

std::vector<Problem> check_patterns(const std::vector<std::string>& patterns) {
  std::vector<Problem> problems;
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    if (patterns[i].empty()) problems.push_back({i, "is empty"});
  }
  return problems;
}

}  // namespace taskgate::config
