#include "route/table.h"

#include <algorithm>

#include "base/names.h"
#include "base/text.h"
#include "route/lenient.h"
#include "route/reading.h"
#include "route/rule_match.h"

namespace taskgate::route {
namespace {

// RFC 3986 section 2.3: the characters that mean the same everywhere in a target.
bool is_unreserved(char c) {
  return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '.' || c == '~';
}

bool can_be_sent_back(std::string_view value) {
  return value != "." && value != ".." && std::all_of(value.begin(), value.end(), is_unreserved);
}

std::string kind_target(const Rule& rule, std::string_view value, Readings& readings) {
  const std::size_t begin = rule.kind_path.find('{');
  if (begin == std::string::npos) return rule.kind_path;
  if (!can_be_sent_back(value)) return "";
  if (rule.spelling == Spelling::normalized && !readings.is_plain()) return "";
  const std::size_t end = rule.kind_path.find('}', begin);
  return std::string(rule.kind_path).replace(begin, end + 1 - begin, value);
}

// No more than is shown is read.
std::string path_id(const Rule& rule, std::string_view value) {
  constexpr std::string_view kCut = "...";
  std::string id;
  std::size_t length = 1;
  for (; !value.empty() && id.size() <= kMostPathId; value.remove_prefix(length)) {
    id += rule.spelling == Spelling::exact ? decoded(value, length) : value.front();
  }
  if (id.size() <= kMostPathId) return id;
  std::size_t end = kMostPathId - kCut.size();
  const auto continues = [&] { return (id[end] & 0xC0) == 0x80; };  // a character of UTF-8
  for (int i = 0; i < 3 && continues(); ++i) --end;
  return id.replace(end, std::string::npos, kCut);
}

bool lies_below(std::string_view path, std::string_view entry) {
  return entry.ends_with('/') ? path.starts_with(entry) : path == entry;
}

constexpr auto kStartsNames = names_up_to(
    Starts::elsewhere,
    {{Starts::task, "task"}, {Starts::maybe, "maybe"}, {Starts::elsewhere, "elsewhere"}});

}  // namespace

const char* name_of(Starts starts) {
  return kStartsNames[starts];
}

bool takes_path(const Rule& rule, std::string_view target, Readings& readings,
                std::string_view* value) {
  if (rule.spelling == Spelling::exact) {
    const auto path = without_prefixes(exact_path(target), rule.prefixes, Comparison::bytes);
    return rule.path.matches(path, Comparison::bytes, value);
  }
  const auto& paths = readings.paths();
  return std::any_of(paths.begin(), paths.end(), [&](const auto& reading) {
    const auto path = without_prefixes(reading, rule.prefixes, Comparison::loose);
    return rule.path.matches(path, Comparison::loose, value);
  });
}

std::vector<std::string> Table::rule_names() const {
  std::vector<std::string> names;
  for (const Rule& rule : rules_) names.push_back(rule.name);
  return names;
}

std::optional<Match> Table::match(std::string_view method, std::string_view target) const {
  Readings readings(target);
  for (const Rule& rule : rules_) {
    // The quick reject: nearly all requests are GETs and nearly all rules are about POST.
    if (rule.method != method) continue;
    std::string_view value;
    if (!takes_path(rule, target, readings, &value)) continue;
    return Match{&rule, kind_target(rule, value, readings), path_id(rule, value)};
  }
  return std::nullopt;
}

bool Table::ends_task(std::string_view method, std::string_view target) const {
  Readings readings(target);
  return std::ranges::any_of(ends_, [&](const Rule& rule) {
    return rule.method == method && takes_path(rule, target, readings, nullptr);
  });
}

bool Table::allows_body_on_get(std::string_view target) const {
  if (is_excepted(target, {})) return true;
  return std::any_of(rules_.begin(), rules_.end(),
                     [&](const Rule& rule) { return is_excepted(target, rule.prefixes); });
}

// The exception must not become a way round the gate. What makes a body on a GET dangerous is a
// route of the upstream that does not read it and then serves it as the next request; so a target
// may be excepted only if the upstream itself takes it to a route below the entry. Three things
// could lead it elsewhere:
//
// - The first upstream deletes *every* occurrence of its prefixes from the path of a GET, not only
//   leading ones: "/api/app-proxy/oauth" is "/api/app-proxy" there. When no prefix is left behind
//   the leading ones, nothing is deleted, and its path is ours. (Deleting one can put another
//   together, but there must be one to begin with.)
// - Another upstream resolves escapes and dot segments: "/api/app-proxy/..%2fevents". The path must
//   lie below the entry in that reading too.
// - The query takes no part in any upstream's routing of a GET, so it is left out: a prefix there
//   is harmless.
//
// Erring here refuses a request (400) that hardly anybody sends.
bool Table::is_excepted(std::string_view target, const std::vector<std::string>& prefixes) const {
  const auto path =
      without_prefixes(exact_path(without_query(target)), prefixes, Comparison::bytes);
  return std::any_of(bodies_on_get_.begin(), bodies_on_get_.end(), [&](const std::string& entry) {
    if (!lies_below(path, entry) || has_prefix_inside(path)) return false;
    const std::string resolved = resolved_path(target) + (entry.ends_with('/') ? "/" : "");
    return lies_below(without_prefixes(resolved, prefixes, Comparison::bytes), entry);
  });
}

bool Table::has_prefix_inside(std::string_view path) const {
  return std::any_of(rules_.begin(), rules_.end(), [&](const Rule& rule) {
    return std::any_of(rule.prefixes.begin(), rule.prefixes.end(), [&](const std::string& prefix) {
      return path.find(prefix) != std::string_view::npos;
    });
  });
}

}  // namespace taskgate::route
