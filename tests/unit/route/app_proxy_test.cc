#include "route/app_proxy.h"

#include "route/table.h"
#include "support/catch.h"

namespace taskgate::route {
namespace {

constexpr std::uint16_t kPort = 6090;

TEST_CASE("every spelling in which the upstream's app proxy leads to the port is known") {
  const Table table = kube_coder();
  const char* targets[] = {
      "/api/app-proxy/6090",
      "/api/app-proxy/6090/",
      "/api/app-proxy/6090?x=1",
      "/api/app-proxy/6090/livez",
      "/api/app-proxy/6090/api/app-proxy/6090/livez",
      "/api/app-proxy/6090/%2e%2e/x",
      "///api/app-proxy/6090/",
      "/bearer-api/oauth/browser/api/app-proxy/6090/",
      "//oauth/api/app-proxy/6090/",
      "/api/app-proxy/006090/",
      "/api/app-proxy/+6090/",
      "/api/app-proxy/%206090%20/",
      "/api/app-proxy/6_090/",
      "/api/app-proxy/%36090/",
      "/api/oauth/app-proxy/6090/",
      "/api/app-proxy/60/oauth90/x",
      "/api/app-/browserproxy/6090",
      "/browser/oauth/api/app-proxy/6090/",
      "/api/bro/oauthwser/app-proxy/6090",
  };
  for (const char* target : targets) {
    CAPTURE(target);
    CHECK(table.leads_to_port(target, kPort));
  }
}

TEST_CASE("what leads elsewhere passes") {
  const Table table = kube_coder();
  const char* targets[] = {
      "/",
      "/livez",
      "/api/app-proxy",
      "/api/app-proxy/",
      "/api/app-proxy/9464/metrics",
      "/api/app-proxy/60900/",
      "/api/app-proxy/609/",
      "/api/app-proxy/71626/",
      "/api/app-proxy/6090x/",
      "/api/app-proxy/-6090/",
      "/api/app-proxy/3000/api/app-proxy/6090/",
      "/api/app-proxy//6090/",
      "/api/terminal-proxy/6090/",
      "/API/app-proxy/6090/",
      "/oauth/oauthx/api/app-proxy/6090/",
      "http://h/api/app-proxy/6090/",
      "/api/claude/tasks?to=/api/app-proxy/6090/",
      "*",
  };
  for (const char* target : targets) {
    CAPTURE(target);
    CHECK_FALSE(table.leads_to_port(target, kPort));
  }
}

TEST_CASE("a gate that no app proxy reaches, or a list without one, knows no loop") {
  CHECK_FALSE(kube_coder().leads_to_port("/api/app-proxy/0/", 0));
  CHECK_FALSE(Table().leads_to_port("/api/app-proxy/6090/", kPort));
}

}  // namespace
}  // namespace taskgate::route
