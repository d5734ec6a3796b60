#include "proxy/demand.h"

#include <string>

#include "support/catch.h"

namespace taskgate::proxy {
namespace {

int slots(const std::string& body) {
  route::Rule rule;
  rule.slots = {"/concurrency", 3, 8};
  return demand_of(rule, {}, body).slots;
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
  CHECK(demand_of(rule, {}, "").slots == 1);
  CHECK(demand_of(rule, {}, "").is_evidence);
  CHECK_FALSE(demand_of(rule, {}, "").redirect_refuses);
  rule.slots.count = 4;
  rule.settle = std::chrono::seconds(2);
  rule.starts = route::Starts::maybe;
  CHECK(demand_of(rule, {}, "{}").slots == 4);
  CHECK(demand_of(rule, {}, "{}").settle == std::chrono::seconds(2));
  CHECK_FALSE(demand_of(rule, {}, "{}").is_evidence);
  rule.starts = route::Starts::elsewhere;
  CHECK(demand_of(rule, {}, "{}").slots == 0);
}

}  // namespace
}  // namespace taskgate::proxy
