#include "config/checks.h"

#include <algorithm>

#include "config/suggest.h"
#include "config/values.h"

namespace taskgate::config {
namespace {

// Two keys are compared only when both are fine, so that one mistake makes one message. It is
// placed at the one that somebody set, and at the first when both are.
template <typename Check>
void compare(Draft& draft, const std::string& path, const std::string& other, Check check) {
  if (draft.is_faulty(path) || draft.is_faulty(other)) return;
  const std::string fault = check(draft.config());
  if (fault.empty()) return;
  const bool is_about_other = !draft.is_set(path) && draft.is_set(other);
  draft.error_between(draft.place_of(is_about_other ? other : path), fault, path, other);
}

std::string larger(const std::string& path, const std::string& value, const std::string& other,
                   const std::string& most) {
  return path + " (" + value + ") is more than " + other + " (" + most + ")";
}

void check_bodies(Draft& draft) {
  const std::string one = "admission.body_limit";
  const std::string all = "admission.body_total";
  compare(draft, one, all, [&](const Config& config) -> std::string {
    const auto& admission = config.admission;
    if (admission.body_limit <= admission.body_total) return "";
    return larger(one, format_size(admission.body_limit), all, format_size(admission.body_total));
  });
}

void check_drain(Draft& draft) {
  const std::string notice = "drain.notice";
  const std::string timeout = "drain.timeout";
  compare(draft, notice, timeout, [&](const Config& config) -> std::string {
    const auto& drain = config.drain;
    if (drain.notice <= drain.timeout) return "";
    return larger(notice, format_duration(drain.notice), timeout, format_duration(drain.timeout));
  });
}

std::string both(const Address& one, const Address& other) {
  return " (" + to_string(one) + ", " + to_string(other) + ")";
}

bool has(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

std::vector<std::string> class_names(const Config& config) {
  std::vector<std::string> names;
  for (const Config::Class& one : config.classes) names.push_back(one.name);
  if (!has(names, "default")) names.emplace_back("default");
  return names;
}

// A rule of no list that is configured, where a class asks for one.
std::string unknown_rule(const Config& config) {
  const std::vector<std::string> known = config.routes.rule_names();
  for (const Config::Class& one : config.classes) {
    for (const std::string& name : one.match.routes) {
      if (has(known, name)) continue;
      const std::string use = known.empty() ? "" : "; use " + either(known);
      return one.name + " matches " + quoted(name) + ", which is no rule" + use;
    }
  }
  return "";
}

// Whether every create that `later` takes is taken by `earlier`, as far as their routes say it.
bool hides(const route::ClassMatch& earlier, const route::ClassMatch& later) {
  if (earlier.header || earlier.json) return false;
  return !later.routes.empty() && std::ranges::all_of(later.routes, [&](const std::string& name) {
    return has(earlier.routes, name);
  });
}

void warn_of_hidden_classes(Draft& draft) {
  const auto& classes = draft.config().classes;
  for (auto later = classes.begin(); later != classes.end(); ++later) {
    const auto earlier = std::find_if(classes.begin(), later, [&](const Config::Class& one) {
      return hides(one.match, later->match);
    });
    if (earlier == later) continue;
    draft.warn(draft.place_of("classes") + ": no create is of the class " + later->name +
               ", since " + earlier->name + " before it takes all of its routes");
  }
}

void check_classes(Draft& draft) {
  compare(draft, "classes", "limit", [](const Config& config) -> std::string {
    int floors = 0;
    for (const Config::Class& one : config.classes) floors += one.floor;
    if (floors <= config.limit) return "";
    return "the floors of all classes (" + std::to_string(floors) + ") are more than limit (" +
           std::to_string(config.limit) + ")";
  });
  compare(draft, "classes", "routes", unknown_rule);
  compare(draft, "inherited_class", "classes", [](const Config& config) -> std::string {
    const std::string& name = config.inherited_class;
    const std::vector<std::string> known = class_names(config);
    if (name.empty() || has(known, name)) return "";
    return quoted(name) + " is no class; use " + either(known) + ", or leave it empty";
  });
  warn_of_hidden_classes(draft);
}

void check_routes(Draft& draft) {
  if (!draft.config().routes.rules().empty() || draft.is_faulty("routes")) return;
  draft.warn(draft.place_of("routes") + ": has no rules, so that nothing is gated");
}

void check_addresses(Draft& draft) {
  compare(draft, "admin", "listen", [](const Config& config) -> std::string {
    if (!clash(config.admin, config.listen)) return "";
    return "admin and listen are the same port" + both(config.admin, config.listen);
  });
  compare(draft, "upstream", "listen", [](const Config& config) -> std::string {
    if (!reaches(config.upstream, config.listen)) return "";
    return "upstream is the gate itself, by listen" + both(config.upstream, config.listen);
  });
  compare(draft, "upstream", "admin", [](const Config& config) -> std::string {
    if (!reaches(config.upstream, config.admin)) return "";
    return "upstream is the gate itself, by admin" + both(config.upstream, config.admin);
  });
}

}  // namespace

void check_together(Draft& draft) {
  check_addresses(draft);
  check_bodies(draft);
  check_drain(draft);
  check_classes(draft);
  check_routes(draft);
}

}  // namespace taskgate::config
