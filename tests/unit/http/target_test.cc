#include "http/target.h"

#include <string>

#include "support/catch.h"

namespace taskgate::http::test {

TEST_CASE("the path of a target leaves out query, fragment and authority") {
  const auto [target, path] = GENERATE(table<std::string, std::string>({
      {"/a/b", "/a/b"},
      {"/a?token=x", "/a"},
      {"/a#token=x", "/a"},
      {"/a?b#c", "/a"},
      {"/?", "/"},
      {"", ""},
      {"*", "*"},
      {"example.org:443", "example.org:443"},
      {"http://user:secret@example.org/a?b", "/a"},
      {"http://user:secret@example.org", "/"},
      {"http://user:secret@example.org?x", "/"},
      {"//user:secret@example.org/a", "//user:secret@example.org/a"},
      {"/redirect/http://example.org/a", "/redirect/http://example.org/a"},
  }));
  CHECK(path_of(target) == path);
}

}  // namespace taskgate::http::test
