// Thousands of generated spellings: the table must call a create exactly what the upstream's own
// steps do.
#include <map>
#include <random>
#include <string>
#include <vector>

#include "route/table.h"
#include "support/catch.h"
#include "unit/route/upstream.h"

namespace taskgate::route {
namespace {

using test::upstream_create;
using test::upstream_get_path;

const std::vector<std::string> kPieces = {
    "/",       "//",        "/oauth", "/browser",  "/bearer-api", "/api",       "/claude",
    "/tasks",  "/webhooks", "/test",  "/terminal", "/triggers",   "/cron-fire", "/desktop",
    "/launch", "/boards",   "/runs",  "/crons",    "/run",        "/x1",        "/Ab_-9",
    "x",       "Z",         "-",      "_",         "?",           "?x=1",       "#",
    ";x",      "%6c",       "%2f",    "%",         "\\",          ".",          "/..",
    "/.",      "http:",     "\xa0",   "\x85",      "\t",          "\xc3\xa9",   "OAUTH",
    "oauth",   "browser"};

const std::vector<std::string> kCreates = {
    "/api/claude/tasks",    "/api/claude/tasks/terminal",  "/api/webhooks/Ab_9-z",
    "/api/webhooks/x/test", "/api/triggers/cron-fire/a-1", "/api/desktop/ab12/launch",
    "/api/boards/B_1/runs", "/api/crons/a-1/run"};

class Spellings {
 public:
  explicit Spellings(unsigned seed) : random_(seed) {}

  // A create behind a stack of prefixes that is often right, changed in a few places or not at all.
  std::string next() {
    std::string target;
    for (const char* prefix : {"/bearer-api", "/oauth", "/browser"}) {
      if (below(3) == 0) target += prefix;
    }
    target = std::string(below(3), '/') + target + pick(kCreates);
    for (std::size_t changes = below(4); changes > 0; --changes) change(target);
    return target;
  }

  std::string soup() {
    std::string target;
    for (std::size_t pieces = below(8); pieces > 0; --pieces) target += pick(kPieces);
    return target;
  }

 private:
  std::size_t below(std::size_t bound) { return random_() % bound; }
  const std::string& pick(const std::vector<std::string>& from) { return from[below(from.size())]; }

  void change(std::string& target) {
    const std::size_t at = below(target.size() + 1);
    switch (below(5)) {
      case 0:
        target.insert(at, pick(kPieces));
        break;
      case 1:
        target.erase(at, 1);
        break;
      case 2:
        target.insert(0, pick(kPieces));
        break;
      case 3:
        target += pick(kPieces);
        break;
      default:
        if (at < target.size()) target.insert(at, 1, target[at]);
    }
  }

  std::mt19937 random_;  // the standard fixes its numbers, so that each run sees the same spellings
};

std::string rule_taking(const Table& table, const std::string& target) {
  const auto match = table.match("POST", target);
  return match ? match->rule->name : "";
}

TEST_CASE("generated spellings are creates exactly when the upstream takes them as creates") {
  const Table table = kube_coder();
  Spellings spellings(20260821);
  std::map<std::string, int> seen;
  for (int i = 0; i < 40'000; ++i) {
    const std::string target = i % 8 == 0 ? spellings.soup() : spellings.next();
    const std::string expected = upstream_create(target);
    ++seen[expected];
    if (rule_taking(table, target) == expected) continue;
    CAPTURE(i, target);
    CHECK(rule_taking(table, target) == expected);
  }
  // What the generator makes must be worth comparing: each rule often, and misses often.
  for (const Rule& rule : table.rules()) {
    CAPTURE(rule.name);
    CHECK(seen[rule.name] > 1000);
  }
  CHECK(seen[""] > 10'000);
}

TEST_CASE("a create is never missed by the normalized reading of the same rule") {
  std::vector<Rule> rules = kube_coder().rules();
  for (Rule& rule : rules) rule.spelling = Spelling::normalized;
  const Table normalized(rules, {});
  Spellings spellings(7);
  int creates = 0;
  for (int i = 0; i < 10'000; ++i) {
    const std::string target = spellings.next();
    // The bytes that split a request line belong to the first upstream alone.
    if (target.find_first_of("\t\x85\xa0") != std::string::npos) continue;
    if (upstream_create(target).empty()) continue;
    ++creates;
    if (normalized.match("POST", target)) continue;
    CAPTURE(target);
    CHECK(normalized.match("POST", target));
  }
  CHECK(creates > 2000);
}

TEST_CASE("what is excepted from the rule about bodies on GET is an app-proxy path upstream") {
  const Table table = kube_coder();
  Spellings spellings(99);
  int excepted = 0;
  for (int i = 0; i < 40'000; ++i) {
    std::string target = spellings.next();
    const std::size_t api = target.find("/api/");
    if (api != std::string::npos) target.replace(api, 5, "/api/app-proxy/");
    if (!table.allows_body_on_get(target)) continue;
    ++excepted;
    const bool is_app_proxy = upstream_get_path(target).rfind("/api/app-proxy/", 0) == 0;
    if (is_app_proxy) continue;
    CAPTURE(target, upstream_get_path(target));
    CHECK(is_app_proxy);
  }
  CHECK(excepted > 10'000);
}

}  // namespace
}  // namespace taskgate::route
