#include "route/table.h"
#include "support/catch.h"

namespace taskgate::route {
namespace {

TEST_CASE("below the app proxy a GET may have a body") {
  const Table table = kube_coder();
  const char* targets[] = {
      "/api/app-proxy/",
      "/api/app-proxy/9200/index/_search",
      "/api/app-proxy/9200/a%20b;c=d?q=1",
      "/api/app-proxy/9200//x/",
      "/api/app-proxy/9200/a/../b",
      "/api/app-proxy/9200/?to=/oauth/callback",
      "///api/app-proxy/9200/",
      "/oauth/api/app-proxy/9200/",
      "/bearer-api/oauth/browser/api/app-proxy/9200/",
      "//browser/api/app-proxy/9200/",
  };
  for (const char* target : targets) {
    CAPTURE(target);
    CHECK(table.allows_body_on_get(target));
  }
}

// Each of these is, or could be, another route upstream, which leaves the body to be served as the
// next request.
TEST_CASE("whatever the upstream may route elsewhere is no exception") {
  const Table table = kube_coder();
  const char* targets[] = {
      "/api/events",
      "/api/app-proxy",
      "/api/app-proxy?/",
      "/api/app-proxyx/",
      "/api//app-proxy/9200/",
      "/API/app-proxy/9200/",
      "/api/app%2dproxy/9200/",
      "/api/app-proxy/oauth",
      "/api/app-proxy/oauth/../events",
      "/api/app-proxy/browser/9200",
      "/api/app-proxy/bro/oauthwser/9200",
      "/api/app-proxy/9200/oauth/token",
      "/api/oauth/app-proxy/9200/",
      "/oauth//api/app-proxy/9200/",
      "/browser/oauth/api/app-proxy/9200/",
      "/oauth/oauth/api/app-proxy/9200/",
      "/api/app-proxy/../events",
      "/api/app-proxy/..%2fevents",
      "/api/app-proxy/%2e%2e/events",
      "/api/app-proxy/9200/../../events",
      "/api/app-proxy\\..\\..\\events",
      "/api/app-proxy/..;x/events",
      "/api/app-proxy/..\\events",
      "/api/events?/api/app-proxy/",
      "/api/events#/api/app-proxy/",
      "http://x/api/app-proxy/9200/",
      "api/app-proxy/9200/",
      "*",
      "",
  };
  for (const char* target : targets) {
    CAPTURE(target);
    CHECK_FALSE(table.allows_body_on_get(target));
  }
}

TEST_CASE("an entry without a slash at its end stands for that path alone") {
  const Table table({}, {"/_search"});
  CHECK(table.allows_body_on_get("/_search"));
  CHECK(table.allows_body_on_get("/_search?q=1"));
  CHECK_FALSE(table.allows_body_on_get("/_search/x"));
  CHECK_FALSE(table.allows_body_on_get("/_searches"));
}

}  // namespace
}  // namespace taskgate::route
