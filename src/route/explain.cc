// The sentences of `taskgate explain`.

#include "base/text.h"
#include "route/reading.h"
#include "route/rule_match.h"
#include "route/table.h"

namespace taskgate::route {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

// How the rule reads the target, where that is not the target itself; a line or nothing.
std::string how_read(const Rule& rule, std::string_view target) {
  if (rule.spelling == Spelling::normalized) {
    return "\nIts path is compared as frameworks read it: without query, decoded and cleaned up.";
  }
  const auto path = without_prefixes(exact_path(target), rule.prefixes, Comparison::bytes);
  if (path == target) return "";
  const std::string prefixes =
      rule.prefixes.empty() ? "" : " and the prefixes " + joined(rule.prefixes);
  return "\nThe upstream takes extra leading slashes" + prefixes + " off and reads " +
         std::string(path) + ".";
}

std::string kind_sentence(const Match& match) {
  const Rule& rule = *match.rule;
  if (rule.kind_path.empty()) return "";
  if (match.kind_target.empty()) {
    return "\nIts item has a name that could be read in two ways, so that its kind is not asked "
           "for.";
  }
  return "\nThe gate first asks GET " + match.kind_target + ": only when " + rule.kind_pointer +
         " in the answer is \"" + rule.kind_creates + "\" (or cannot be learned) is it a create.";
}

std::string slots_sentence(const Slots& slots) {
  if (slots.pointer.empty() && slots.count == 1) return "";
  std::string text = "\nIt takes ";
  if (slots.pointer.empty()) {
    text += std::to_string(slots.count) + " slots";
  } else {
    text += "the number of slots at " + slots.pointer + " in its body (" +
            std::to_string(slots.count) + " without one, " + std::to_string(slots.most) +
            " at most)";
  }
  return text + ", or as many as are free; one is enough.";
}

std::string starts_sentence(const Rule& rule) {
  if (rule.starts == Starts::elsewhere) {
    return "\nIts task comes by another door: it is refused while no slot is free, and none is "
           "reserved for it.";
  }
  const std::string slots = slots_sentence(rule.slots);
  return rule.starts == Starts::maybe ? slots + "\nIt may start no task at all." : slots;
}

// Takes prefixes off in any order and number, to recognise a stack in the wrong order.
std::string_view without_all_prefixes(std::string_view path,
                                      const std::vector<std::string>& prefixes) {
  for (std::size_t before = path.size() + 1; path.size() < before;) {
    before = path.size();
    path = without_prefixes(path, prefixes, Comparison::bytes);
  }
  return path;
}

// Why the path of an exact rule does not match: the first thing whose absence would have made it
// match.
std::string exact_path_miss(const Rule& rule, std::string_view target) {
  Readings of_path(without_query(target));
  if (takes_path(rule, without_query(target), of_path, nullptr)) {
    return "the path matches up to its query, but this upstream compares the query too and answers "
           "404";
  }
  const auto bare = without_all_prefixes(exact_path(target), rule.prefixes);
  if (rule.path.matches(bare)) {
    return "its prefixes may each stand once, in the order " + joined(rule.prefixes);
  }
  Rule loose = rule;
  loose.spelling = Spelling::normalized;
  Readings readings(target);
  if (takes_path(loose, target, readings, nullptr)) {
    return "only a decoded or cleaned-up path would match, but this upstream compares byte by byte "
           "and answers 404";
  }
  return "the path is another one";
}

std::string path_miss(const Rule& rule, std::string_view target) {
  return rule.spelling == Spelling::exact ? exact_path_miss(rule, target)
                                          : std::string("the path is another one");
}

std::string method_miss(const Rule& rule, std::string_view method) {
  return equals_ignoring_case(method, rule.method)
             ? "methods are case-sensitive, and the rule takes " + rule.method + " only"
             : "the rule takes " + rule.method + " only";
}

std::string miss(const Rule& rule, std::string_view method, std::string_view target) {
  const bool is_other_method = rule.method != method;
  Readings readings(target);
  if (takes_path(rule, target, readings, nullptr)) {
    return "the path matches, but " + method_miss(rule, method);
  }
  const std::string path = path_miss(rule, target);
  return is_other_method ? path + "; also, " + method_miss(rule, method) : path;
}

std::string shown(const Rule& rule) {
  return rule.name + " (" + rule.method + " " + rule.path.text() + ")";
}

}  // namespace

std::string Table::explain(std::string_view method, std::string_view target) const {
  const std::string request = std::string(method) + " " + std::string(target);
  if (const auto found = match(method, target)) {
    return "Gated: " + request + " creates a task by the rule " + shown(*found->rule) + "." +
           how_read(*found->rule, target) + starts_sentence(*found->rule) + kind_sentence(*found);
  }
  std::string text = "Not gated: no rule takes " + request + " as a create.";
  if (ends_task(method, target)) {
    text += "\nIt ends a task: when its answer is 2xx, the line looks for a free slot at once.";
  }
  if (rules_.empty()) text += "\nThere are no rules, so that every request passes.";
  for (const Rule& rule : rules_) {
    text += '\n';
    text += shown(rule) + ": " + miss(rule, method, target) + ".";
  }
  if (method != "GET" && method != "HEAD") return text;
  return text + (allows_body_on_get(target) ? "\nIt may have a body."
                                            : "\nWith a body it is refused (400).");
}

}  // namespace taskgate::route
