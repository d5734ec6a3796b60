#include "route/items.h"

#include <algorithm>

#include "route/reading.h"

namespace taskgate::route {
namespace {

// The kind's path with the item's name in it, where `path` is at or below that.
std::string item_at(const Rule& rule, std::string_view path, Comparison comparison) {
  const std::size_t begin = std::min(rule.kind_path.find('{'), rule.kind_path.size());
  if (!begins_with(path, rule.kind_path.substr(0, begin), comparison)) return "";
  path.remove_prefix(begin);
  const std::string_view name = path.substr(0, path.find_first_of("/?#"));
  const std::size_t end = rule.kind_path.find('}', begin);
  if (end == std::string::npos) return name.empty() ? rule.kind_path : "";
  return std::string(rule.kind_path).replace(begin, end + 1 - begin, name);
}

std::string item_of(const Rule& rule, std::string_view target) {
  if (rule.spelling == Spelling::exact) {
    const auto path = without_prefixes(exact_path(target), rule.prefixes, Comparison::bytes);
    return item_at(rule, path, Comparison::bytes);
  }
  const std::string path = resolved_path(target);
  return item_at(rule, without_prefixes(path, rule.prefixes, Comparison::loose), Comparison::loose);
}

}  // namespace

std::string changed_item(const Table& table, std::string_view target) {
  for (const Rule& rule : table.rules()) {
    if (rule.kind_path.empty()) continue;
    std::string item = item_of(rule, target);
    if (!item.empty()) return item;
  }
  return "";
}

}  // namespace taskgate::route
