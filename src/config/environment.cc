#include "config/environment.h"

#include <algorithm>
#include <array>

#include "config/suggest.h"
#include "config/values.h"

namespace taskgate::config {
namespace {

constexpr std::string_view kOurs = "TASKGATE_";

// A variable that comes from a ConfigMap which was made of a file ends with that file's line.
std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kWhiteSpace = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kWhiteSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kWhiteSpace) + 1 - begin);
}

// A list's items stand between commas; other values are taken whole.
std::vector<Value> values_of(const Key& key, std::string_view text, const std::string& place) {
  if (!key.is_list) return {{std::string(trimmed(text)), place}};
  std::vector<Value> values;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t comma = std::min(text.find(',', begin), text.size());
    values.push_back({std::string(trimmed(text.substr(begin, comma - begin))), place});
    begin = comma + 1;
  }
  return values;
}

const Key* key_of_variable(std::string_view name) {
  const auto found = std::find_if(keys().begin(), keys().end(),
                                  [&](const Key& key) { return variable_of(key) == name; });
  return found == keys().end() ? nullptr : &*found;
}

void complain(const std::string& name, Draft& draft) {
  std::vector<std::string> known{std::string(kFileVariable)};
  for (const Key& key : keys()) known.push_back(variable_of(key));
  const std::string meant = closest(name, known, kOurs.size());
  draft.error(name, meant.empty()
                        ? "unknown variable; use TASKGATE_ and a key's path in upper snake case"
                        : "unknown variable; did you mean " + meant + "?");
}

void apply_variable(const std::string& name, const std::string& value, Draft& draft) {
  if (name == kFileVariable) return;
  if (const Key* key = key_of_variable(name)) {
    draft.set(*key, values_of(*key, value, name));
  } else if (!is_made_by_kubernetes(name, value)) {
    complain(name, draft);
  }
}

}  // namespace

bool is_made_by_kubernetes(std::string_view name, std::string_view value) {
  if (!name.starts_with(kOurs)) return false;
  constexpr auto kEnds = std::to_array<std::string_view>(
      {"_SERVICE_HOST", "_SERVICE_PORT", "_TCP", "_TCP_PORT", "_TCP_PROTO", "_TCP_ADDR", "_UDP",
       "_UDP_PORT", "_UDP_PROTO", "_UDP_ADDR", "_SCTP", "_SCTP_PORT", "_SCTP_PROTO", "_SCTP_ADDR"});
  const auto ends = [name](std::string_view end) { return name.ends_with(end); };
  if (std::ranges::any_of(kEnds, ends) || name == "TASKGATE_PORT") return true;
  if (name.find("_SERVICE_PORT_") != std::string_view::npos) return true;
  // <name>_PORT is what a person may write for a port of ours; the one of Kubernetes is a URL.
  return name.ends_with("_PORT") && value.find("://") != std::string_view::npos;
}

void apply_environment(const Sources& sources, Draft& draft) {
  const Key& limit = *find_key("limit");
  const auto upstream_limit = sources.variable(kUpstreamLimit);
  if (upstream_limit && !sources.variable(variable_of(limit))) {
    draft.set(limit, values_of(limit, *upstream_limit, std::string(kUpstreamLimit)));
  }
  std::vector<std::string> names = sources.variable_names;
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) {
    if (!name.starts_with(kOurs)) continue;
    if (const auto value = sources.variable(name)) apply_variable(name, *value, draft);
  }
}

}  // namespace taskgate::config
