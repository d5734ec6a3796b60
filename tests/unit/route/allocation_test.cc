// Matching runs on every request: a miss must not allocate.
#include <string>

#include "route/table.h"
#include "support/allocations.h"
#include "support/catch.h"

namespace taskgate::route {
namespace {

std::size_t allocations_of_match(const Table& table, std::string_view method,
                                 std::string_view target) {
  const std::size_t before = test::allocations();
  const bool matched = table.match(method, target).has_value();
  const std::size_t after = test::allocations();
  REQUIRE_FALSE(matched);
  return after - before;
}

TEST_CASE("the counter sees allocations") {
  const std::size_t before = test::allocations();
  const std::string text(100, 'x');
  CHECK(test::allocations() > before);
  CHECK(text.size() == 100);
}

TEST_CASE("a miss allocates nothing") {
  const std::string stack(400, '/');
  Rule own{"own", "POST", *Pattern::parse("/jobs/{id}"), {"/v1"}};
  own.spelling = Spelling::normalized;
  for (const Table& table : {kube_coder(), Table({own}, {})}) {
    for (const char* method : {"GET", "POST"}) {
      CHECK(allocations_of_match(table, method, "/api/claude/tasks/1755000000-abcdef01") == 0);
      CHECK(allocations_of_match(table, method, stack + "oauth/api/claude/tasksx") == 0);
      CHECK(allocations_of_match(table, method, "/api/x/%2e%2e/y;z/%2f?query=" + stack) == 0);
    }
  }
}

}  // namespace
}  // namespace taskgate::route
