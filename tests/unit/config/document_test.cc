#include "config/document.h"

#include <string>

#include "support/catch.h"

namespace taskgate::config {
namespace {

TEST_CASE("a document's values have their places") {
  const auto document = parse_document("a: 1\nb:\n  c: [x, 'y']\n");
  REQUIRE(document.has_value());
  REQUIRE(document->members.size() == 2);
  CHECK(document->members[0].value.text == "1");
  CHECK(document->members[0].value.line == 1);
  CHECK(document->members[0].value.column == 4);
  const Member& c = document->members[1].value.members.at(0);
  CHECK(c.key.text == "c");
  CHECK(c.key.line == 3);
  CHECK(c.key.column == 3);
  REQUIRE(c.value.kind == Node::Kind::list);
  CHECK(c.value.items[1].text == "y");
  CHECK(c.value.items[1].column == 10);
}

TEST_CASE("a text without a document is nothing") {
  for (const char* text : {"", "\n\n", "# only a comment\n", "---\n", "~"}) {
    CAPTURE(text);
    const auto document = parse_document(text);
    REQUIRE(document.has_value());
    CHECK(document->kind == Node::Kind::nothing);
  }
}

TEST_CASE("a quoted null is text") {
  const auto document = parse_document("a: null\nb: 'null'\n");
  REQUIRE(document.has_value());
  CHECK(document->members[0].value.kind == Node::Kind::nothing);
  CHECK(document->members[1].value.kind == Node::Kind::text);
}

TEST_CASE("repeated keys are all there") {
  const auto document = parse_document("a: 1\na: 2\n");
  REQUIRE(document.has_value());
  CHECK(document->members.size() == 2);
}

TEST_CASE("an anchor can be used again") {
  const auto document = parse_document("a: &x [1, 2]\nb: *x\n");
  REQUIRE(document.has_value());
  CHECK(document->members[1].value.items.size() == 2);
}

TEST_CASE("an empty document behind the first is none") {
  const auto document = parse_document("a: 1\n---\n");
  REQUIRE(document.has_value());
  CHECK(document->members.size() == 1);
}

// The parser gave one empty document after the other, until the memory was used up.
TEST_CASE("a text that yaml-cpp finds endless documents in is refused") {
  const auto document = parse_document(">\n,\n\n");
  REQUIRE(document.has_error());
  CHECK(document.error().line == 2);
}

// Laid out as an alias, the value is a copy: as large and as deep as what it stands for.
TEST_CASE("an alias counts as all that it stands for") {
  const std::string deep = "a: &x " + std::string(15, '[') + std::string(15, ']') + "\n";
  CHECK(parse_document(deep + "b: [[*x]]").has_value());
  const auto document = parse_document(deep + "b: [[[[[[*x]]]]]]");
  REQUIRE(document.has_error());
  CHECK(document.error().text == "is nested too deeply");
}

TEST_CASE("what is not YAML is refused with its place") {
  struct Row {
    std::string text;
    int line;
    int column;
    const char* error;
  };
  const Row rows[] = {
      {"a: b: c", 1, 5, "is not valid YAML: illegal map value"},
      {"a: 1\n b: 2\n", 2, 3, "is not valid YAML: illegal map value"},
      {"a: [1,\n", 2, 1, "is not valid YAML: end of sequence flow not found"},
      {"a: *nope", 1, 4, "is not valid YAML: the referenced anchor is not defined"},
      {"a: @x", 1, 4, "is not valid YAML: unknown token"},
      {"a: 1\n---\nb: 2\n", 3, 1, "a second document begins here; use one"},
      {"a: 1\nb: '\xff'\n", 2, 5, "is not UTF-8"},
      {"---\n---\nb: 2\n", 3, 1, "a second document begins here; use one"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const auto document = parse_document(row.text);
    REQUIRE(document.has_error());
    CHECK(document.error().text == row.error);
    CHECK(document.error().line == row.line);
    CHECK(document.error().column == row.column);
  }
}

TEST_CASE("a document that is endless, or as good as that, is refused") {
  std::string laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string last = "*a" + std::to_string(i - 1);
    laughs += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + last;
    for (int j = 1; j < 10; ++j) laughs += ", " + last;
    laughs += "]\n";
  }
  const std::string texts[] = {"a: &x [*x]", "a: &x [*x, *x, *x]", laughs,
                               "a: " + std::string(100, '[') + std::string(100, ']'),
                               "a: " + std::string(100'000, '[')};
  for (const std::string& text : texts) {
    CAPTURE(text.substr(0, 40));
    const auto document = parse_document(text);
    REQUIRE(document.has_error());
    CHECK(document.error().text == "is nested too deeply");
  }
}

}  // namespace
}  // namespace taskgate::config
