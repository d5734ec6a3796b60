#include "config/keys.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "config/classes.h"
#include "config/shapes.h"
#include "config/string_lists.h"
#include "config/suggest.h"
#include "config/values.h"

namespace taskgate::config {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;

// The factories below make one key each; `place` gives the member of a Config, const or not.

template <typename Place, typename Parse, typename Format>
Key scalar(std::string path, std::string allowed, Place place, Parse parse, Format format) {
  Key key;
  key.path = std::move(path);
  key.allowed = std::move(allowed);
  key.set = [place, parse](Config& config,
                           const std::vector<std::string>& values) -> std::vector<Problem> {
    const auto parsed = parse(values.front());
    if (!parsed) return {{0, parsed.error().text}};
    place(config) = *parsed;
    return {};
  };
  key.get = [place, format](const Config& config) {
    return std::vector<std::string>{format(place(config))};
  };
  return key;
}

template <typename T>
struct Range {
  T least;
  T most;
};

template <typename T>
Parsed<T> within(const Parsed<T>& parsed, const Range<T>& range) {
  if (parsed && (*parsed < range.least || *parsed > range.most)) return Fault{"is out of range"};
  return parsed;
}

template <typename Place>
Key duration(std::string path, Place place, Range<Duration> range) {
  return scalar(
      std::move(path),
      "a duration from " + format_duration(range.least) + " to " + format_duration(range.most),
      place, [range](const std::string& text) { return within(parse_duration(text), range); },
      format_duration);
}

// A duration for which 0 means that there is no limit.
template <typename Place>
Key optional_duration(std::string path, Place place, Range<Duration> range) {
  Key key = duration(std::move(path), place, range);
  key.allowed = "0 (none) or " + key.allowed;
  key.set = [place, set = key.set](Config& config, const std::vector<std::string>& values) {
    const auto parsed = parse_duration(values.front());
    if (!parsed || *parsed != Duration::zero()) return set(config, values);
    place(config) = Duration::zero();
    return std::vector<Problem>();
  };
  return key;
}

template <typename Place>
Key size(std::string path, Place place, Range<std::size_t> range) {
  return scalar(
      std::move(path), "a size from " + format_size(range.least) + " to " + format_size(range.most),
      place, [range](const std::string& text) { return within(parse_size(text), range); },
      format_size);
}

template <typename Place>
Key count(std::string path, Place place, Range<std::uint64_t> range) {
  using Number = std::decay_t<decltype(place(std::declval<Config&>()))>;
  return scalar(
      std::move(path),
      "a whole number from " + std::to_string(range.least) + " to " + std::to_string(range.most),
      place,
      [range](const std::string& text) -> Parsed<Number> {
        const auto number = within(parse_count(text), range);
        if (!number) return number.error();
        return static_cast<Number>(*number);
      },
      [](Number number) { return std::to_string(number); });
}

template <typename Value>
using NamedValues = std::vector<std::pair<std::string, Value>>;

template <typename Place, typename Value>
Key choice(std::string path, Place place, NamedValues<Value> names) {
  std::vector<std::string> words;
  for (const auto& [name, value] : names) words.push_back(name);
  return scalar(
      std::move(path), either(words), place,
      [names](const std::string& text) -> Parsed<Value> {
        for (const auto& [name, value] : names) {
          if (name == text) return value;
        }
        return Fault{"is not allowed"};
      },
      [names](Value value) {
        const auto found = std::find_if(names.begin(), names.end(),
                                        [&](const auto& name) { return name.second == value; });
        return found->first;
      });
}

template <typename Place>
Key boolean(std::string path, Place place) {
  Key key = scalar(std::move(path), "true or false", place, parse_boolean,
                   [](bool value) { return std::string(value ? "true" : "false"); });
  key.is_switch = true;
  return key;
}

template <typename Place>
Key listener(std::string path, Place place) {
  Key key = scalar(
      std::move(path), "host:port, [IPv6]:port, or :port for all addresses", place,
      [](const std::string& text) { return parse_address(text, true); }, to_string);
  key.reloadable = false;
  return key;
}

template <typename Place>
Key target(std::string path, Place place) {
  return scalar(
      std::move(path), "host:port or [IPv6]:port with a port from 1 to 65535", place,
      [](const std::string& text) { return parse_address(text, false); }, to_string);
}

template <typename Place, typename Check>
Key strings(std::string path, std::string allowed, Place place, Check check) {
  Key key;
  key.path = std::move(path);
  key.allowed = std::move(allowed);
  key.is_list = true;
  key.set = [place, check](Config& config, const std::vector<std::string>& values) {
    std::vector<Problem> problems = check(values);
    if (problems.empty()) place(config) = values;
    return problems;
  };
  key.get = [place](const Config& config) { return place(config); };
  return key;
}

// `of` says what the text is.
template <typename Place>
Key line(std::string path, const std::string& of, Place place, std::size_t most) {
  return scalar(
      std::move(path), of, place,
      [most](const std::string& text) { return parse_line(text, most); },
      [](const std::string& text) { return text; });
}

template <typename Place>
Key short_text(std::string path, Place place, std::size_t most) {
  return line(std::move(path),
              "text of at most " + std::to_string(most) + " characters, in one line", place, most);
}

Key routes() {
  Key key;
  key.path = "routes";
  key.allowed = "kube-coder, none, or in the file a mapping of use, bodies_on_get, rules and ends";
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
  key.allowed = "a list of classes, each with a name, a match and others";
  key.set = set_classes;
  key.get = [](const Config& config) {
    return std::vector<std::string>{text_of_classes(config.classes)};
  };
  return key;
}

const NamedValues<Mode> kModes = {{"enforce", Mode::enforce}, {"observe", Mode::observe}};
const NamedValues<OnUnknown> kOnUnknown = {{"reject", OnUnknown::reject},
                                           {"admit", OnUnknown::admit}};
const NamedValues<AccessLog> kAccessLog = {
    {"all", AccessLog::all}, {"gated", AccessLog::gated}, {"none", AccessLog::none}};
const NamedValues<log::Level> kLevels = {{"debug", log::Level::debug},
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
  const Range<Duration> up_to_minutes{Duration::zero(), minutes(10)};
  const Range<Duration> limit{milliseconds(1), hours(24)};
  const Range<Duration> drain{Duration::zero(), hours(24)};
  return {
      listener("listen", PLACE(listen)),
      target("upstream", PLACE(upstream)),
      listener("admin", PLACE(admin)),
      count("limit", PLACE(limit), {0, kMostSlots}),
      choice("mode", PLACE(mode), kModes),
      duration("admission.wait", PLACE(admission.wait), up_to_minutes),
      duration("admission.settle", PLACE(admission.settle), up_to_minutes),
      size("admission.body_limit", PLACE(admission.body_limit), {kKiB, kGiB}),
      size("admission.body_total", PLACE(admission.body_total), {kKiB, 64 * kGiB}),
      duration("admission.look", PLACE(admission.look), {milliseconds(10), minutes(1)}),
      classes(),
      line("inherited_class", "the name of a class, or nothing", PLACE(inherited_class),
           kLongestLine),
      choice("refuse.unknown_status", PLACE(refuse.unknown_status),
             NamedValues<int>{{"503", 503}, {"429", 429}}),
      short_text("refuse.help", PLACE(refuse.help), kLongestLine),
      strings("tmux.socket", "one or more absolute paths of sockets or of folders of sockets",
              PLACE(tmux.socket), check_sockets),
      strings("tmux.match", "one or more patterns of session names, with *, ? and [...]",
              PLACE(tmux.match), check_patterns),
      duration("tmux.timeout", PLACE(tmux.timeout), {milliseconds(1), minutes(1)}),
      duration("tmux.hold", PLACE(tmux.hold), {Duration::zero(), hours(1)}),
      choice("tmux.on_unknown", PLACE(tmux.on_unknown), kOnUnknown),
      duration("timeouts.head", PLACE(timeouts.head), limit),
      duration("timeouts.body", PLACE(timeouts.body), limit),
      duration("timeouts.connect", PLACE(timeouts.connect), limit),
      optional_duration("timeouts.response", PLACE(timeouts.response), limit),
      duration("timeouts.create", PLACE(timeouts.create), limit),
      optional_duration("timeouts.idle", PLACE(timeouts.idle), limit),
      duration("timeouts.keep_alive", PLACE(timeouts.keep_alive), limit),
      optional_duration("timeouts.upstream_keep_alive", PLACE(timeouts.upstream_keep_alive), limit),
      size("limits.head", PLACE(limits.head), {kKiB, kMiB}),
      count("limits.fields", PLACE(limits.fields), {10, 10'000}),
      count("limits.connections", PLACE(limits.connections), {1, 1'000'000}),
      size("limits.held", PLACE(limits.held), {kMiB, 64 * kGiB}),
      duration("drain.timeout", PLACE(drain.timeout), drain),
      duration("drain.notice", PLACE(drain.notice), drain),
      boolean("forwarded", PLACE(forwarded)),
      choice("log.level", PLACE(log.level), kLevels),
      choice("log.access", PLACE(log.access), kAccessLog),
      short_text("identity.pod", PLACE(identity.pod), kLongestName),
      short_text("identity.namespace", PLACE(identity.name_space), kLongestName),
      short_text("identity.workspace", PLACE(identity.workspace), kLongestName),
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

bool is_built_in(std::string_view name) {
  return name == "kube-coder" || name == "none";
}

route::Table built_in(std::string_view name) {
  return name == "kube-coder" ? route::kube_coder() : route::Table();
}

}  // namespace taskgate::config
