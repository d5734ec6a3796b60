#include "config/keys.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "config/classes.h"
#include "config/key_kinds.h"
#include "config/routes.h"
#include "config/shapes.h"
#include "config/string_lists.h"

namespace taskgate::config {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;

Key routes() {
  Key key;
  key.path = "routes";
  for (const std::string& name : built_in_names()) key.allowed += name + ", ";
  key.allowed += "or in the file a mapping of use, bodies_on_get, rules and ends";
  key.set = [](Config& config, const std::vector<std::string>& values) -> std::vector<Problem> {
    if (!is_built_in(values.front())) return {{0, "is not a built-in list"}};
    config.routes_name = values.front();
    config.routes = built_in(values.front());
    return {};
  };
  key.get = [](const Config& config) { return std::vector<std::string>{config.routes_name}; };
  return key;
}

Key classes() {
  Key key;
  key.path = "classes";
  key.is_yaml = true;
  key.allowed = "a list of classes, each with a name, a match and others";
  key.set = set_classes;
  key.get = [](const Config& config) {
    return std::vector<std::string>{text_of_classes(config.classes)};
  };
  return key;
}

const kind::NamedValues<Mode> kModes = {{"enforce", Mode::enforce}, {"observe", Mode::observe}};
const kind::NamedValues<OnUnknown> kOnUnknown = {{"reject", OnUnknown::reject},
                                                 {"admit", OnUnknown::admit}};
const kind::NamedValues<AccessLog> kAccessLog = {
    {"all", AccessLog::all}, {"gated", AccessLog::gated}, {"none", AccessLog::none}};
const kind::NamedValues<log::Level> kLevels = {{"debug", log::Level::debug},
                                               {"info", log::Level::info},
                                               {"warning", log::Level::warning},
                                               {"error", log::Level::error}};

// In characters. The longest name of a pod is 253 of them.
constexpr std::size_t kLongestLine = 200;
constexpr std::size_t kLongestName = 253;

constexpr std::size_t kKiB = 1024;
constexpr std::size_t kMiB = 1024 * kKiB;
constexpr std::size_t kGiB = 1024 * kMiB;

// The member that a row of the table is about.
#define PLACE(member)         \
  [](auto& config) -> auto& { \
    return config.member;     \
  }

std::vector<Key> all_keys() {
  const kind::Range<Duration> up_to_minutes{Duration::zero(), minutes(10)};
  const kind::Range<Duration> limit{milliseconds(1), hours(24)};
  const kind::Range<Duration> drain{Duration::zero(), hours(24)};
  return {
      kind::listener("listen", PLACE(listen)),
      kind::target("upstream", PLACE(upstream)),
      kind::listener("admin", PLACE(admin)),
      kind::count("limit", PLACE(limit), {0, kMostSlots}),
      kind::choice("mode", PLACE(mode), kModes),
      kind::duration("admission.wait", PLACE(admission.wait), up_to_minutes),
      kind::duration("admission.settle", PLACE(admission.settle), up_to_minutes),
      kind::size("admission.body_limit", PLACE(admission.body_limit), {kKiB, kGiB}),
      kind::size("admission.body_total", PLACE(admission.body_total), {kKiB, 64 * kGiB}),
      kind::duration("admission.look", PLACE(admission.look), {milliseconds(10), minutes(1)}),
      classes(),
      kind::line("inherited_class", "the name of a class, or nothing", PLACE(inherited_class),
                 kLongestLine),
      kind::choice("refuse.unknown_status", PLACE(refuse.unknown_status),
                   kind::NamedValues<int>{{"503", 503}, {"429", 429}}),
      kind::short_text("refuse.help", PLACE(refuse.help), kLongestLine),
      kind::strings("tmux.socket", "one or more absolute paths of sockets or of folders of sockets",
                    "path", PLACE(tmux.socket), check_sockets),
      kind::strings("tmux.match", "one or more patterns of session names, with *, ? and [...]",
                    "pattern", PLACE(tmux.match), check_patterns),
      kind::duration("tmux.timeout", PLACE(tmux.timeout), {milliseconds(1), minutes(1)}),
      kind::duration("tmux.hold", PLACE(tmux.hold), {Duration::zero(), hours(1)}),
      kind::choice("tmux.on_unknown", PLACE(tmux.on_unknown), kOnUnknown),
      kind::duration("timeouts.head", PLACE(timeouts.head), limit),
      kind::duration("timeouts.body", PLACE(timeouts.body), limit),
      kind::duration("timeouts.connect", PLACE(timeouts.connect), limit),
      kind::optional_duration("timeouts.response", PLACE(timeouts.response), limit),
      kind::duration("timeouts.create", PLACE(timeouts.create), limit),
      kind::optional_duration("timeouts.idle", PLACE(timeouts.idle), limit),
      kind::duration("timeouts.keep_alive", PLACE(timeouts.keep_alive), limit),
      kind::optional_duration("timeouts.upstream_keep_alive", PLACE(timeouts.upstream_keep_alive),
                              limit),
      kind::size("limits.head", PLACE(limits.head), {kKiB, kMiB}),
      kind::count("limits.fields", PLACE(limits.fields), {10, 10'000}),
      kind::count("limits.connections", PLACE(limits.connections), {1, 1'000'000}),
      kind::size("limits.held", PLACE(limits.held), {kMiB, 64 * kGiB}),
      kind::duration("drain.timeout", PLACE(drain.timeout), drain),
      kind::duration("drain.notice", PLACE(drain.notice), drain),
      kind::boolean("forwarded", PLACE(forwarded)),
      kind::choice("log.level", PLACE(log.level), kLevels),
      kind::choice("log.access", PLACE(log.access), kAccessLog),
      kind::short_text("identity.pod", PLACE(identity.pod), kLongestName),
      kind::short_text("identity.namespace", PLACE(identity.name_space), kLongestName),
      kind::short_text("identity.workspace", PLACE(identity.workspace), kLongestName),
      routes(),
  };
}

#undef PLACE

}  // namespace

const std::vector<Key>& keys() {
  static const std::vector<Key> kKeys = all_keys();
  return kKeys;
}

const Key* find_key(std::string_view path) {
  const auto found =
      std::find_if(keys().begin(), keys().end(), [&](const Key& key) { return key.path == path; });
  return found == keys().end() ? nullptr : &*found;
}

std::string variable_of(const Key& key) {
  std::string name = "TASKGATE_";
  for (const char c : key.path) {
    name += c == '.' ? '_' : to_upper(c);
  }
  return name;
}

std::string with_dashes(std::string path) {
  std::ranges::replace_if(
      path, [](char c) { return c == '.' || c == '_'; }, '-');
  return path;
}

std::string flag_of(const Key& key) {
  return "--" + with_dashes(key.path);
}

std::vector<std::string> names_below(std::string_view section) {
  const std::string start = section.empty() ? "" : std::string(section) + ".";
  std::vector<std::string> names;
  for (const Key& key : keys()) {
    if (!key.path.starts_with(start)) continue;
    const std::string rest = key.path.substr(start.size());
    const std::string name = rest.substr(0, rest.find('.'));
    if (names.empty() || names.back() != name) names.push_back(name);
  }
  return names;
}

}  // namespace taskgate::config
