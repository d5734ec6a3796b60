// Spelling::normalized: whatever a common framework takes as the path must match.
#include <random>
#include <string>

#include "route/table.h"
#include "support/catch.h"

namespace taskgate::route {
namespace {

Rule rule(const char* path) {
  Rule made{"own", "POST", *Pattern::parse(path), {"/v1", "/oauth"}};
  made.spelling = Spelling::normalized;
  return made;
}

bool takes(const Table& table, std::string_view target) {
  return table.match("POST", target).has_value();
}

TEST_CASE("spellings that some framework reads as the path are creates") {
  const Table table({rule("/api/tasks")}, {});
  const char* targets[] = {
      "/api/tasks",
      "/api/tasks/",
      "/api/tasks//",
      "/api/tasks?x=1",
      "/api/tasks?",
      "/api/tasks/?x",
      "/api/tasks#x",
      "//api/tasks",
      "/api//tasks",
      "/./api/tasks",
      "/api/./tasks",
      "/api/tasks/.",
      "/x/../api/tasks",
      "/../../api/tasks",
      "/api/tasks/x/..",
      "/x/%2e%2e/api/tasks",
      "/x/.%2E/api/tasks",
      "/x/..;a/api/tasks",
      "/api/t%61sks",
      "/%61%70%69/tasks",
      "/api%2ftasks",
      "/api%2Ftasks",
      "/api%5ctasks",
      "\\api\\tasks",
      "/API/Tasks",
      "/api/tasks;jsessionid=1",
      "/api;a=b/tasks;c",
      "http://host/api/tasks",
      "HTTP://host:80/api/tasks?x",
      "http://user@host//api/tasks",
      "//host/api/tasks",
      "\\\\host/api/tasks",
      "api/tasks",
      "/v1/api/tasks",
      "/oauth/api/tasks",
      "/v1/oauth/api/tasks",
      "/V1/api/tasks",
      "/v1//api/tasks",
      "/%761/api/tasks",
  };
  for (const char* target : targets) {
    CAPTURE(target);
    CHECK(takes(table, target));
  }
}

TEST_CASE("other paths are not creates, however lenient the reading") {
  const Table table({rule("/api/tasks")}, {});
  const char* targets[] = {
      "",
      "/",
      "*",
      "http://host",
      "http://api/tasks",
      "/api",
      "/api/task",
      "/api/tasks/x",
      "/api/tasks/..",
      "/api/tasks%",
      "/api/tasks%2",
      "/api/tasks%zz",
      "/api/%2475asks",
      "/x/api/tasks",
      "/x?/api/tasks",
      "/x#/api/tasks",
      "/oauth/v1/api/tasks",
      "/v1/v1/api/tasks",
      "/v1x/api/tasks",
      "/v1",
  };
  for (const char* target : targets) {
    CAPTURE(target);
    CHECK_FALSE(takes(table, target));
  }
}

TEST_CASE("a variable takes what any framework would put into it") {
  const Table table({rule("/items/{id}/run")}, {});
  const char* targets[] = {
      "/items/a/run",     "/items/a%2fb/run", "/items/a%5Cb/run",    "/items/a\\b/run",
      "/items/a;b/run",   "/items/;b/run",    "/items/%3f/run",      "/items/%23/run",
      "/items/%00/run",   "/items/../run",    "/items/%2e%2e/run",   "/items/./run",
      "/items/a%20b/run", "/items/%25/run",   "/items/\xC3\xA9/run", "/items/a/x/../run",
  };
  for (const char* target : targets) {
    CAPTURE(target);
    CHECK(takes(table, target));
  }
  CHECK_FALSE(takes(table, "/items//run"));
  CHECK_FALSE(takes(table, "/items/a/b/run"));
}

TEST_CASE("what a variable stands for is told as the reading has it that matched") {
  const Table table({rule("/items/{id}/run")}, {});
  const auto id = [&](const char* target) { return table.match("POST", target)->path_id; };
  CHECK(id("/items/a/run") == "a");
  CHECK(id("/items/a%20b/run") == "a b");
  CHECK(id("/items/a/x/../../b/run?c") == "b");
  CHECK(id("/items/100%25/run") == "100%");
}

TEST_CASE("a class holds in either case, and for the decoded value") {
  const Table table({rule("/items/{id:[a-f0-9]}")}, {});
  CHECK(takes(table, "/items/ab09"));
  CHECK(takes(table, "/items/AB09"));
  CHECK(takes(table, "/items/%61b"));
  CHECK_FALSE(takes(table, "/items/xyz"));
  CHECK_FALSE(takes(table, "/items/a%2fb"));
}

TEST_CASE("the kind is asked for only when the path was sent as everybody reads it") {
  Rule asked = rule("/items/{id}/run");
  asked.kind_path = "/items/{id}";
  const Table table({asked}, {});
  CHECK(table.match("POST", "/items/Ab/run")->kind_target == "/items/Ab");
  CHECK(table.match("POST", "/items/Ab/run?x=1")->kind_target == "/items/Ab");
  CHECK(table.match("POST", "/items/%41b/run")->kind_target.empty());
  CHECK(table.match("POST", "/items/a;b/run")->kind_target.empty());
  CHECK(table.match("POST", "/items/x/../a/run")->kind_target.empty());
  CHECK(table.match("POST", "//host/items/a/run")->kind_target.empty());
}

TEST_CASE("any bytes at all can be read") {
  const Table table({rule("/api/{a}/{b:[a-z]}")}, {"/api/x/"});
  std::mt19937 random(4);
  const std::string alphabet("/\\%.;?#:25fFcCeExapi\0\x80", 23);
  int matches = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string target = i % 2 == 0 ? "/api/" : "";
    for (std::size_t length = random() % 24; length > 0; --length) {
      target += alphabet[random() % alphabet.size()];
    }
    if (takes(table, target)) ++matches;
    if (table.allows_body_on_get(target)) CHECK(target.find("/api/x/") != std::string::npos);
  }
  CHECK(matches > 100);
}

TEST_CASE("a target as long as a head may be is read") {
  const Table table({rule("/api/tasks")}, {});
  std::string target;
  while (target.size() < 60'000) target += "/x;y/%2e%2e/%2f\\";
  CHECK_FALSE(takes(table, target));
  CHECK(takes(table, target + "/../../../../api/tasks"));
}

}  // namespace
}  // namespace taskgate::route
