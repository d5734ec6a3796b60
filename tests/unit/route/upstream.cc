#include "unit/route/upstream.h"

#include <algorithm>
#include <regex>
#include <utility>
#include <vector>

namespace taskgate::test {
namespace {

// Python's str.split() on text that was decoded as latin-1.
std::vector<std::string> split_on_white_space(const std::string& line) {
  static const std::string kWhiteSpace = "\x09\x0a\x0b\x0c\x0d\x1c\x1d\x1e\x1f\x20\x85\xa0";
  std::vector<std::string> words;
  std::size_t begin = 0;
  while ((begin = line.find_first_not_of(kWhiteSpace, begin)) != std::string::npos) {
    const std::size_t end = std::min(line.find_first_of(kWhiteSpace, begin), line.size());
    words.push_back(line.substr(begin, end - begin));
    begin = end;
  }
  return words;
}

std::string collapse_leading_slashes(std::string path) {
  while (path.substr(0, 2) == "//") path.erase(0, 1);
  return path;
}

std::string remove_one(std::string path, const std::string& prefix) {
  if (path == prefix) return "/";
  if (path.compare(0, prefix.size() + 1, prefix + "/") == 0) path.erase(0, prefix.size());
  return path;
}

std::string remove_all(std::string text, const std::string& part) {
  std::string kept;
  std::size_t begin = 0;
  for (std::size_t at; (at = text.find(part, begin)) != std::string::npos;
       begin = at + part.size()) {
    kept += text.substr(begin, at - begin);
  }
  return kept + text.substr(begin);
}

const std::vector<std::pair<std::string, std::regex>>& routes() {
  static const std::vector<std::pair<std::string, std::regex>> kRoutes = {
      {"task", std::regex("/api/claude/tasks")},
      {"terminal", std::regex("/api/claude/tasks/terminal")},
      {"webhook", std::regex("/api/webhooks/[a-zA-Z0-9_-]+")},
      {"webhook-test", std::regex("/api/webhooks/[a-zA-Z0-9_-]+/test")},
      {"cron-fire", std::regex("/api/triggers/cron-fire/[a-z0-9-]+")},
      {"desktop-launch", std::regex("/api/desktop/[a-z0-9]+/launch")},
      {"board-run", std::regex(R"(/api/boards/[!-"$-.0->@-~]+/runs)")},
      {"cron-run", std::regex(R"(/api/crons/[!-"$-.0->@-~]+/run)")},
  };
  return kRoutes;
}

}  // namespace

std::string upstream_create(const std::string& target) {
  const auto words = split_on_white_space("POST " + target + " HTTP/1.1");
  if (words.size() != 3) return "";
  std::string path = collapse_leading_slashes(words[1]);
  path = remove_one(path, "/bearer-api");
  path = remove_one(path, "/oauth");
  path = remove_one(path, "/browser");
  for (const auto& [name, route] : routes()) {
    if (std::regex_match(path, route)) return name;
  }
  return "";
}

std::string upstream_get_path(const std::string& target) {
  std::string path = remove_one(collapse_leading_slashes(target), "/bearer-api");
  path = path.substr(0, path.find_first_of("?#"));
  return remove_all(remove_all(path, "/oauth"), "/browser");
}

}  // namespace taskgate::test
