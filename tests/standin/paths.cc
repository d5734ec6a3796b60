#include "standin/paths.h"

#include <algorithm>

#include "standin/text.h"

namespace taskgate::standin {
namespace {

// Takes "/name" off when "/name/" leads, and turns the bare "/name" into "/".
bool take_prefix(std::string& path, const std::string& prefix) {
  if (path == prefix) {
    path = "/";
    return true;
  }
  if (!path.starts_with(prefix + "/")) return false;
  path.erase(0, prefix.size());
  return true;
}

}  // namespace

Target parse_target(const Request& request) {
  Target target;
  target.raw = request.target;
  target.bearer_only = take_prefix(target.raw, "/bearer-api");
  target.routed = target.raw;
  take_prefix(target.routed, "/oauth");
  take_prefix(target.routed, "/browser");
  const auto question = std::min(target.routed.find('?'), target.routed.size());
  target.query = target.routed.substr(std::min(question + 1, target.routed.size()));
  target.read = without_all(without_all(target.routed.substr(0, question), "/oauth"), "/browser");
  if (target.read.empty()) target.read = "/";
  return target;
}

std::optional<std::string> id_between(std::string_view path, std::string_view prefix,
                                      std::string_view suffix, std::string_view allowed) {
  if (!path.starts_with(prefix)) return std::nullopt;
  path.remove_prefix(prefix.size());
  if (!path.ends_with(suffix)) return std::nullopt;
  path.remove_suffix(suffix.size());
  if (!consists_of(path, allowed)) return std::nullopt;
  return std::string(path);
}

std::string query_value(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const auto pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    const auto equals = std::min(pair.find('='), pair.size());
    if (pair.substr(0, equals) != name) continue;
    std::string value(pair.substr(std::min(equals + 1, pair.size())));
    std::replace(value.begin(), value.end(), '+', ' ');
    return url_decoded(value);
  }
  return {};
}

}  // namespace taskgate::standin
