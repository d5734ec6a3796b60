#include "proxy/demand.h"

#include <string>

#include "support/catch.h"

namespace taskgate::proxy {
namespace {

gate::Demand demand(const route::Rule& rule, const std::string& body) {
  JsonBody json(body);
  return demand_of({}, rule, {}, json);
}

int slots(const std::string& body) {
  route::Rule rule;
  rule.slots = {"/concurrency", 3, 8};
  return demand(rule, body).slots;
}

TEST_CASE("a number in the body asks for slots, within the bound") {
  CHECK(slots(R"({"concurrency": 1})") == 1);
  CHECK(slots(R"({"concurrency":8,"mode":"all"})") == 8);
  CHECK(slots(R"({"concurrency": 9})") == 8);
  CHECK(slots(R"({"concurrency": 99999999999999999999})") == 8);
  CHECK(slots(R"({"concurrency": 1, "concurrency": 5})") == 5);
}

TEST_CASE("a body that asks for no number gets the default") {
  CHECK(slots("") == 3);
  CHECK(slots("{}") == 3);
  CHECK(slots("[4]") == 3);
  CHECK(slots(R"({"concurrency": null})") == 3);
  CHECK(slots(R"({"concurrency": 0})") == 3);
  CHECK(slots(R"({"concurrency": -5})") == 3);
}

TEST_CASE("a body that an upstream may understand in its own way gets the most") {
  const std::string deep(100, '[');
  const std::string large = "{\"a\":\"" + std::string(100'000, 'x') + "\"}";
  for (const std::string& body :
       {std::string(R"({"concurrency": "7"})"), std::string(R"({"concurrency": 2.5})"),
        std::string(R"({"concurrency": true})"), std::string(R"({"concurrency": [1]})"),
        std::string(R"({"concurrency": NaN})"), std::string("{concurrency: 5}"),
        std::string("concurrency=5"), deep, large}) {
    CAPTURE(body.substr(0, 40));
    CHECK(slots(body) == 8);
  }
}

TEST_CASE("a rule says how its create is decided") {
  route::Rule rule;
  CHECK(demand(rule, "").slots == 1);
  CHECK(demand(rule, "").is_evidence);
  CHECK_FALSE(demand(rule, "").redirect_refuses);
  rule.slots.count = 4;
  rule.settle = std::chrono::seconds(2);
  rule.starts = route::Starts::maybe;
  CHECK(demand(rule, "{}").slots == 4);
  CHECK(demand(rule, "{}").settle == std::chrono::seconds(2));
  CHECK_FALSE(demand(rule, "{}").is_evidence);
  rule.starts = route::Starts::elsewhere;
  CHECK(demand(rule, "{}").slots == 0);
}

TEST_CASE("a rule that says where its answers name the session asks for the name") {
  route::Rule rule;
  CHECK_FALSE(demand(rule, "").is_named);
  rule.session = {{"/name", ""}};
  CHECK(demand(rule, "").is_named);
  rule.starts = route::Starts::elsewhere;
  CHECK_FALSE(demand(rule, "").is_named);
}

// A create as the classes see it.
struct Asking {
  std::string route = "task";
  std::string fields;
  std::string body;
};

config::Config::Class taking(std::string name, route::ClassMatch match) {
  config::Config::Class result;
  result.name = std::move(name);
  result.match = std::move(match);
  return result;
}

std::string class_of(const std::vector<config::Config::Class>& classes, const Asking& asking) {
  config::Config config;
  config.classes = classes;
  route::Rule rule;
  rule.name = asking.route;
  http::RequestParser parser({});
  const std::string text = "POST / HTTP/1.1\r\nHost: h\r\n" + asking.fields + "\r\n";
  REQUIRE(parser.parse(text) == http::Progress::complete);
  JsonBody body(asking.body);
  return std::string(class_of(config, rule, parser.head(), body));
}

TEST_CASE("without a class that takes it a create is of the default one") {
  CHECK(class_of({}, {}) == "default");
  CHECK(class_of({taking("a", {.routes = {"webhook"}})}, {}) == "default");
  CHECK(class_of({taking("default", {}), taking("a", {.routes = {"task"}})}, {}) == "a");
  CHECK(class_of({taking("a", {.routes = {"webhook"}}), taking("default", {})}, {}) == "default");
}

TEST_CASE("of several classes that take a create the first one has it") {
  const auto a = taking("a", {.routes = {"task", "terminal"}});
  const auto b = taking("b", {.routes = {"task"}});
  CHECK(class_of({a, b}, {}) == "a");
  CHECK(class_of({b, a}, {}) == "b");
  CHECK(class_of({b, a}, {.route = "terminal"}) == "a");
}

TEST_CASE("a class by a field takes any of its values, in any case of its name") {
  const auto ci = std::vector{taking("ci", {.header = {{"X-Source", "ci-*"}}})};
  for (const char* fields :
       {"X-Source: ci-1\r\n", "x-sOURCE:   ci-\r\n", "X-Source: person\r\nX-Source: ci-2\r\n"}) {
    CAPTURE(fields);
    CHECK(class_of(ci, {.fields = fields}) == "ci");
  }
  for (const char* fields :
       {"", "X-Source:\r\n", "X-Source: CI-1\r\n", "X-Source: a ci-1\r\n", "Source: ci-1\r\n"}) {
    CAPTURE(fields);
    CHECK(class_of(ci, {.fields = fields}) == "default");
  }
}

TEST_CASE("a class by the body takes a text, a number, true or false") {
  const auto agents = std::vector{taking("agents", {.json = {{"/a/source", "agent:*"}}})};
  CHECK(class_of(agents, {.body = R"({"a":{"source":"agent:7"}})"}) == "agents");
  for (const std::string& body :
       {std::string(), std::string("{}"), std::string("agent:7"), std::string("{\"a\":{"),
        std::string(R"({"source":"agent:7"})"), std::string(R"({"a":{"source":"an agent:7"}})"),
        std::string(R"({"a":{"source":["agent:7"]}})"), std::string(R"({"a":{"source":null}})"),
        R"({"a":{"source":"agent:7"},"b":")" + std::string(JsonBody::kMost, 'x') + "\"}"}) {
    CAPTURE(body.substr(0, 40));
    CHECK(class_of(agents, {.body = body}) == "default");
  }
  const auto by = [](const char* pattern) {
    return std::vector{taking("a", {.json = {{"/v", pattern}}})};
  };
  CHECK(class_of(by("12"), {.body = R"({"v":12})"}) == "a");
  CHECK(class_of(by("-1"), {.body = R"({"v":-1})"}) == "a");
  CHECK(class_of(by("t*"), {.body = R"({"v":true})"}) == "a");
  CHECK(class_of(by("?"), {.body = "{\"v\":\"\\u0061\"}"}) == "a");
}

TEST_CASE("all that a class asks for must hold") {
  const auto all = std::vector{
      taking("all", {.routes = {"task"}, .header = {{"A", "1"}}, .json = {{"/b", "2"}}})};
  const Asking asking{.fields = "A: 1\r\n", .body = R"({"b":2})"};
  CHECK(class_of(all, asking) == "all");
  CHECK(class_of(all, {"webhook", asking.fields, asking.body}) == "default");
  CHECK(class_of(all, {"task", "A: 2\r\n", asking.body}) == "default");
  CHECK(class_of(all, {"task", asking.fields, "{}"}) == "default");
}

TEST_CASE("a client's preferred wait counts where there are classes") {
  http::RequestParser parser({});
  REQUIRE(parser.parse("POST / HTTP/1.1\r\nHost: h\r\nPrefer: wait=7\r\n\r\n") ==
          http::Progress::complete);
  JsonBody body("");
  config::Config config;
  CHECK_FALSE(demand_of(config, {}, parser.head(), body).prefer_wait);
  config.classes = {taking("default", {})};
  CHECK(demand_of(config, {}, parser.head(), body).prefer_wait == std::chrono::seconds(7));
}

}  // namespace
}  // namespace taskgate::proxy
