#include "route/pattern.h"

#include <string>

#include "support/catch.h"

namespace taskgate::route {
namespace {

Pattern pattern(const std::string& text) {
  const auto parsed = Pattern::parse(text);
  INFO(text);
  REQUIRE(parsed.has_value());
  return *parsed;
}

TEST_CASE("a pattern matches whole paths only") {
  struct Row {
    const char* pattern;
    const char* path;
    bool matches;
  };
  const Row rows[] = {
      {"/", "/", true},
      {"/", "", false},
      {"/a/b", "/a/b", true},
      {"/a/b", "/a/b/", false},
      {"/a/b", "/a/bc", false},
      {"/a/b", "/a", false},
      {"/a/b", "/A/b", false},
      {"/a/b", "x/a/b", false},
      {"/{id}", "/x", true},
      {"/{id}", "/", false},
      {"/{id}", "/x/", false},
      {"/{id}", "/x/y", false},
      {"/{id}", "/x?y", false},
      {"/{id}", "/x#y", false},
      {"/{id}", "/%2f;\x80", true},
      {"/a/{id}/b", "/a/1/b", true},
      {"/a/{id}/b", "/a//b", false},
      {"/a/{id}/b", "/a/1/c", false},
      {"/a/{id}/b", "/a/b", false},
      {"/{one}/{two}", "/1/2", true},
      {"/{one}/{two}", "/1", false},
      {"/{id:[a-c]}", "/abc", true},
      {"/{id:[a-c]}", "/abd", false},
      {"/{id:[a-c]}", "/B", false},
      {"/{id:[-a]}", "/a-a", true},
      {"/{id:[a-]}", "/-a-", true},
      {"/{id:[a-]}", "/b", false},
      {"/{id:[a-c-e]}", "/-e", true},
      {"/{id:[a-c-e]}", "/d", false},
      {"/{id:[]]}", "/]]", true},
  };
  for (const Row& row : rows) {
    CAPTURE(row.pattern, row.path);
    CHECK(pattern(row.pattern).matches(row.path) == row.matches);
  }
}

TEST_CASE("a pattern that was never parsed matches nothing") {
  CHECK_FALSE(Pattern().matches(""));
  CHECK_FALSE(Pattern().matches("/"));
}

TEST_CASE("the first variable's value is given, and only with a match") {
  const Pattern two = pattern("/api/{first:[a-z0-9]}/x/{second}");
  CHECK(two.variable_name() == "first");
  std::string_view value = "before";
  CHECK_FALSE(two.matches("/api/abc/y/d", Comparison::bytes, &value));
  CHECK(value == "before");
  CHECK(two.matches("/api/abc/x/d", Comparison::bytes, &value));
  CHECK(value == "abc");
}

TEST_CASE("a pattern without a variable gives an empty value") {
  const Pattern plain = pattern("/api");
  CHECK(plain.variable_name().empty());
  std::string_view value = "before";
  CHECK(plain.matches("/api", Comparison::bytes, &value));
  CHECK(value.empty());
}

TEST_CASE("the loose comparison ignores case and lets a variable have delimiters") {
  const auto matches = [](const Pattern& a_pattern, std::string_view path) {
    return a_pattern.matches(path, Comparison::loose);
  };
  CHECK(matches(pattern("/Api/x"), "/aPI/X"));
  CHECK(matches(pattern("/{id:[a-z]}"), "/ABC"));
  CHECK(matches(pattern("/{id:[A-Z]}"), "/abc"));
  CHECK(matches(pattern("/{id}"), "/a?b#c"));
  CHECK_FALSE(matches(pattern("/{id:[a-z]}"), "/a?"));
  CHECK_FALSE(matches(pattern("/{id}"), "/a/b"));
}

TEST_CASE("a wrong pattern is refused with a sentence") {
  struct Row {
    const char* text;
    const char* fault;
  };
  const Row rows[] = {
      {"", "a path begins with '/'"},
      {"api", "a path begins with '/'"},
      {"/a b", "a path has no spaces or control characters"},
      {"/a\x7f", "a path has no spaces or control characters"},
      {"/a?b", "a path ends before '?' and '#'"},
      {"/a#b", "a path ends before '?' and '#'"},
      {"/a}b", "'}' has no '{'"},
      {"/{a", "'{' has no '}'"},
      {"/x{a}", "a variable is a whole segment"},
      {"/{a}x", "a variable is a whole segment"},
      {"/{a}{b}", "a variable is a whole segment"},
      {"/{}", "a variable's name is made of a-z, 0-9 and '_' and begins with a-z"},
      {"/{Id}", "a variable's name is made of a-z, 0-9 and '_' and begins with a-z"},
      {"/{id:}", "a variable is written {name} or {name:[characters]}"},
      {"/{id:a-z}", "a variable is written {name} or {name:[characters]}"},
      {"/{id:[a-z]+}", "a variable is written {name} or {name:[characters]}"},
      {"/{id:[]}", "a class must not be empty"},
      {"/{id:[^a]}", "a class cannot be negated with '^'"},
      {"/{id:[z-a]}", "a range of a class must go upwards"},
      {"/{id:[a/]}", "a class must not contain '/'"},
      {"/{id:[!-z]}", "a class must not contain '/'"},
      {"/{id}/{id}", "the variable 'id' stands twice"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const auto parsed = Pattern::parse(row.text);
    REQUIRE(parsed.has_error());
    CHECK(parsed.error() == row.fault);
  }
}

}  // namespace
}  // namespace taskgate::route
