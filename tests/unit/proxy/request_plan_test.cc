#include "proxy/request_plan.h"

#include <ostream>

#include "support/catch.h"

using namespace taskgate;
using namespace taskgate::proxy;
using Step = RequestPlan::Step;

namespace {

constexpr std::uint16_t kOwnPort = 6090;

RequestPlan plan(const std::string& text) {
  http::RequestParser parser({});
  REQUIRE(parser.parse(text) == http::Progress::complete);
  const auto rules = http::examine(parser.head());
  REQUIRE(rules.has_value());
  static const route::Table routes = route::kube_coder();
  return plan_request(parser.head(), *rules, routes, kOwnPort);
}

RequestPlan plan(const std::string& method, const std::string& target,
                 const std::string& fields = "") {
  return plan(method + " " + target + " HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n");
}

const std::string kBody = "Content-Length: 2\r\n";
const std::string kChunked = "Transfer-Encoding: chunked\r\n";

}  // namespace

TEST_CASE("each request has one step, and of several that fit the first one counts") {
  struct Row {
    const char* method;
    std::string target;
    std::string fields;
    Step step;
  };
  const std::string loop = "/api/app-proxy/6090/x";
  const Row rows[] = {
      {"GET", "/", "", Step::forward},
      {"POST", "/api/files", kBody, Step::forward},
      {"OPTIONS", "/", "Max-Forwards: 0\r\n", Step::answer_as_last_hop},
      {"TRACE", loop, "Max-Forwards: 0\r\n", Step::answer_as_last_hop},
      {"OPTIONS", "/", "Max-Forwards: 1\r\n", Step::forward},
      {"GET", "/", "Max-Forwards: 0\r\n", Step::forward},
      {"GET", loop, "", Step::refuse_loop},
      {"GET", loop, kBody, Step::refuse_loop},
      {"POST", "/oauth" + loop, kBody, Step::refuse_loop},
      {"GET", "/api/app-proxy/6091/x", "", Step::forward},
      {"POST", "/api/claude/tasks", kBody, Step::create},
      {"POST", "//oauth/api/claude/tasks/terminal", "", Step::create},
      {"GET", "/api/claude/tasks", "", Step::forward},
      {"POST", "/api/claude/tasks?a=1", kBody, Step::forward},
      {"POST", "/api/desktop/abc/launch", "", Step::create},
      {"PUT", "/api/desktop/abc", kBody, Step::change_item},
      {"DELETE", "/api/desktop/abc", "", Step::change_item},
      {"GET", "/api/desktop/abc", "", Step::forward},
      {"HEAD", "/api/desktop/abc", "", Step::forward},
      {"OPTIONS", "/api/desktop/abc", "", Step::forward},
      {"TRACE", "/api/desktop/abc", "", Step::forward},
      {"GET", "/", kBody, Step::forward_without_body},
      {"HEAD", "/", kBody, Step::forward_without_body},
      {"GET", "/", kChunked, Step::forward_without_body},
      {"GET", "/", "Content-Length: 0\r\n", Step::forward},
      {"GET", "/api/app-proxy/3000/x", kBody, Step::forward},
      {"DELETE", "/", kBody, Step::forward},
  };
  for (const Row& row : rows) {
    INFO(row.method << " " << row.target << " " << row.fields);
    CHECK(plan(row.method, row.target, row.fields).step == row.step);
  }
}

TEST_CASE("a create's plan has its rule, and a launch the item that is asked about") {
  const RequestPlan task = plan("POST", "/api/claude/tasks", kBody);
  REQUIRE(task.match.has_value());
  CHECK(task.match->rule->name == "task");
  CHECK(task.match->kind_target.empty());
  const RequestPlan launch = plan("POST", "/api/desktop/abc/launch");
  REQUIRE(launch.match.has_value());
  CHECK(launch.match->kind_target == "/api/desktop/abc");
}

TEST_CASE("a change's plan names the item as its launch does") {
  CHECK(plan("PUT", "/api/desktop/abc", kBody).item == "/api/desktop/abc");
  CHECK(plan("POST", "/api/desktop/abc/x").item == "/api/desktop/abc");
  CHECK(plan("GET", "/").item.empty());
}
