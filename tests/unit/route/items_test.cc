#include "route/items.h"

#include "support/catch.h"

namespace taskgate::route {
namespace {

TEST_CASE("what changes an item is found under its own path, in each spelling of the upstream") {
  const Table table = kube_coder();
  CHECK(changed_item(table, "/api/desktop/ab") == "/api/desktop/ab");
  CHECK(changed_item(table, "//oauth/api/desktop/ab") == "/api/desktop/ab");
  CHECK(changed_item(table, "/bearer-api/browser/api/desktop/ab") == "/api/desktop/ab");
  CHECK(changed_item(table, "/api/desktop/ab/action") == "/api/desktop/ab");
  CHECK(changed_item(table, "/api/desktop/ab?x=1") == "/api/desktop/ab");
  CHECK(changed_item(table, "/api/desktop/") == "/api/desktop/");
  for (const char* target : {"/api/desktop", "/api/claude/tasks/x", "/x/api/desktop/ab", "", "*"}) {
    CAPTURE(target);
    CHECK(changed_item(table, target).empty());
  }
}

TEST_CASE("it is the target that a launch of the item is asked about") {
  Rule rule{"own", "POST", *Pattern::parse("/items/{id}/start"), {"/v1"}};
  rule.spelling = Spelling::normalized;
  rule.kind_path = "/items/{id}/kind";
  const Table table({rule}, {});
  const std::string asked = table.match("POST", "/items/a/start")->kind_target;
  CHECK(changed_item(table, "/items/a") == asked);
  CHECK(changed_item(table, "/v1/Items/%61/?x") == asked);
  CHECK(changed_item(table, "/items/b") != asked);
  CHECK(changed_item(Table(), "/items/a").empty());
}

}  // namespace
}  // namespace taskgate::route
