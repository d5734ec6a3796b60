// A target of a POST: a create exactly when the first upstream takes it as one, by the steps that
// tests/unit/route/upstream.h writes down a second time.
#include <string>
#include <vector>

#include "fuzz/check.h"
#include "fuzz/target.h"
#include "route/table.h"
#include "unit/route/upstream.h"

namespace taskgate::fuzz {

namespace {

using route::Table;

Table normalized_table() {
  std::vector<route::Rule> rules = route::kube_coder().rules();
  for (route::Rule& rule : rules) {
    rule.spelling = route::Spelling::normalized;
    // Their class is of undecoded characters: "%00" is an id there, and NUL would be none.
    if (rule.name == "board-run") rule.path = *route::Pattern::parse("/api/boards/{id}/runs");
    if (rule.name == "cron-run") rule.path = *route::Pattern::parse("/api/crons/{id}/run");
  }
  return {rules, {}};
}

// Bytes that part the words of a request line for the first upstream alone.
bool has_white_space(std::string_view target) {
  using namespace std::string_view_literals;
  return target.find_first_of("\x09\x0a\x0b\x0c\x0d\x1c\x1d\x1e\x1f\x20\x85\xa0"sv) !=
         std::string_view::npos;
}

void check_creates(const Table& table, const std::string& target) {
  const auto match = table.match("POST", target);
  const std::string expected = test::upstream_create(target);
  check_equal(match ? match->rule->name : "", expected,
              "a target is a create exactly when the upstream creates");
  check(!table.match("GET", target) && !table.match("post", target), "only POST creates");
  if (!match) return;
  check(match->kind_target.empty() == (expected != "desktop-launch"),
        "only launches are asked for");
  static const Table kNormalized = normalized_table();
  check(has_white_space(target) || kNormalized.match("POST", target).has_value(),
        "the normalized reading misses no create");
}

void check_body_on_get(const Table& table, const std::string& target) {
  if (!table.allows_body_on_get(target)) return;
  check(test::upstream_get_path(target).starts_with("/api/app-proxy/"),
        "a body on GET is let through to apps alone");
}

void run(std::string_view input) {
  static const Table kTable = route::kube_coder();
  const std::string target(input);
  check_creates(kTable, target);
  check_body_on_get(kTable, target);
  check(!kTable.explain("POST", target).empty(), "what is done is explained");
}

}  // namespace

}  // namespace taskgate::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  taskgate::fuzz::run(taskgate::fuzz::text_of(data, size));
  return 0;
}
