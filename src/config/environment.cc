#include "config/environment.h"

#include <algorithm>

#include "config/suggest.h"
#include "config/values.h"

namespace taskgate::config {
namespace {

constexpr std::string_view kOurs = "TASKGATE_";
constexpr std::string_view kFileVariable = "TASKGATE_CONFIG";
constexpr std::string_view kUpstreamLimit = "KC_MAX_TASKS";

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
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

// Takes `word` off the end, if it is there.
bool take_off(std::string_view& text, std::string_view word) {
  if (!text.ends_with(word)) return false;
  text.remove_suffix(word.size());
  return true;
}

// "PORT_6090_TCP", with "_PROTO", "_PORT" or "_ADDR" behind it or not, at the end of `name`; leaves
// what stands before.
bool take_off_link(std::string_view& name) {
  for (const char* detail : {"_PROTO", "_PORT", "_ADDR"}) {
    if (take_off(name, detail)) break;
  }
  const bool has_protocol =
      take_off(name, "_TCP") || take_off(name, "_UDP") || take_off(name, "_SCTP");
  const std::size_t digits = name.size() - (name.find_last_not_of("0123456789") + 1);
  name.remove_suffix(digits);
  return has_protocol && digits > 0 && take_off(name, "PORT_");
}

// Whether what is left in front of a Service's variable is the Service's name, or nothing for the
// Service taskgate.
bool is_service_name(std::string_view rest) {
  return rest.empty() || (rest.size() > 1 && rest.ends_with('_'));
}

}  // namespace

bool is_made_by_kubernetes(std::string_view name, std::string_view value) {
  if (!name.starts_with(kOurs)) return false;
  name.remove_prefix(kOurs.size());
  // SERVICE_HOST, SERVICE_PORT and SERVICE_PORT_<name of the port>.
  const std::size_t port = name.find("SERVICE_PORT");
  const bool is_port = port != std::string_view::npos &&
                       (port + 12 == name.size() || name.substr(port + 12).starts_with('_'));
  if (is_port && is_service_name(name.substr(0, port))) return true;
  if (std::string_view rest = name; take_off(rest, "SERVICE_HOST")) return is_service_name(rest);
  if (std::string_view rest = name; take_off_link(rest)) return is_service_name(rest);
  // <name>_PORT is what a person may write for a port of ours; the one of Kubernetes is a URL.
  std::string_view rest = name;
  if (!take_off(rest, "PORT") || !is_service_name(rest)) return false;
  return rest.empty() || value.find("://") != std::string_view::npos;
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
