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

TEST_CASE("anchors and aliases are refused, wherever they stand") {
  for (const char* text : {"a: &x 1", "a: &x [1]", "&x a: 1", "a: [&x {b: c}]", "a: &x ~",
                           "a: &x 1\nb: *x", "a: &x [*x]", "--- &x\na: 1"}) {
    CAPTURE(text);
    const auto document = parse_document(text);
    REQUIRE(document.has_error());
    CHECK(document.error().text == "anchors and aliases are not supported; write the value again");
  }
  CHECK(parse_document("a: '&x'\nb: x*\nc: \"*x\"\n").has_value());
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

TEST_CASE("what is not YAML is refused with its place") {
  using namespace std::string_literals;
  const char* const kNul = "has a NUL byte; leave it out, or write the file in UTF-8";
  struct Row {
    std::string text;
    int line;
    int column;
    const char* error;
  };
  const Row rows[] = {
      {"a: b: c", 1, 5,
       "is not valid YAML: illegal map value; put text with a colon into quotes, indent keys "
       "alike"},
      {"a: 1\n b: 2\n", 2, 3,
       "is not valid YAML: illegal map value; put text with a colon into quotes, indent keys "
       "alike"},
      {"a:\n  b: 1\n c: 2\n", 3, 2,
       "is not valid YAML: end of map not found; indent what belongs together alike, put text that "
       "begins with [, { or \" into quotes"},
      {"listen: [::]:6090\n", 1, 13,
       "is not valid YAML: end of map not found; indent what belongs together alike, put text that "
       "begins with [, { or \" into quotes"},
      {"a: [1,\n", 2, 1, "is not valid YAML: end of sequence flow not found; close each { and ["},
      {"a: {b: 1\n", 2, 1, "is not valid YAML: end of map flow not found; close each { and ["},
      {"a: *nope", 1, 4,
       "is not valid YAML: the referenced anchor is not defined; put text that begins with such a "
       "sign into quotes"},
      {"a: [*]", 1, 6,
       "is not valid YAML: alias not found after *; put text that begins with such a sign into "
       "quotes"},
      {"a: @x", 1, 4,
       "is not valid YAML: unknown token; put text that begins with such a sign into quotes"},
      {"a:\n\tb: 1\n", 2, 1, "is indented by a tab; use spaces"},
      {"a:\n  b: 1\n \tc: 2\n", 3, 2, "is indented by a tab; use spaces"},
      {"a: 1\n---\nb: 2\n", 3, 1, "a second document begins here; use one"},
      {"a: 1\nb: '\xff'\n", 2, 5, "is not UTF-8"},
      // The parser takes NUL for the sign of an escape, and so "\\0b" for a backspace.
      {"a: 1\nb: x\0bc\n"s, 2, 5, kNul},
      {"a: 'x\0'\n"s, 1, 6, kNul},
      {"a: 1\n# x\0\n"s, 2, 4, kNul},
      {"a: 1\n\0\0\0\0"s, 2, 1, kNul},
      {"a\0:\0 \0001\0\n\0"s, 1, 2, kNul},
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

// All keys behind such a quote were taken for its text, and the file for a good one.
TEST_CASE("a quote without an end is refused where it begins") {
  struct Row {
    std::string text;
    int line;
    int column;
  };
  const Row rows[] = {
      {"a: 'b\nc: 1\n", 1, 4},
      {"a: \"b\nc: 1\n", 1, 4},
      {"a: 1\nb: [x, 'y]\n", 2, 8},
      {"a: {b: \"c}\n", 1, 8},
      {"a: 'it''s\n", 1, 4},
      {"a: \"b\\\"\n", 1, 4},
      {"a: '", 1, 4},
      {"a: [{b: 'c", 1, 9},
      {"'a: 1\n", 1, 1},
      {"- \"a\"\n- \"b\n", 2, 3},
      {"\xef\xbb\xbf\"a: 1\n", 1, 4},
      {"\xef\xbb\xbf# \xc3\xa4\na: '\xc3\xa4\n", 2, 4},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const auto document = parse_document(row.text);
    REQUIRE(document.has_error());
    CHECK(document.error().text == "has a quote without an end");
    CHECK(document.error().line == row.line);
    CHECK(document.error().column == row.column);
  }
}

TEST_CASE("a quote that ends is text, whatever stands in it and behind it") {
  for (const char* text :
       {"a: ''", "a: \"\"", "a: 'it''s' # it's", "a: \"\\\"\"", "a: \"\\\\\"", "a: 'b\n  c'\n",
        "a: it's", "a: b\"", "\xef\xbb\xbf'a': 'b'\n", "a: 'b'\n# it's\n", "a: |\n  'b\n",
        "\xc3\xa4: '\xc3\xa4'\r\nb: 'c'\r\n"}) {
    CAPTURE(text);
    CHECK(parse_document(text).has_value());
  }
}

// 4 MiB of them took 950 MiB of memory before they were refused.
TEST_CASE("what is nested too deeply is refused before the parser sees it") {
  struct Row {
    std::string text;
    int line;
    int column;
  };
  const Row rows[] = {
      {"a: " + std::string(100, '[') + std::string(100, ']'), 1, 24},
      {"a: 1\nb:" + std::string(kLargestFile / 2, '['), 2, 1003},
      {"a: 1\nb:" + std::string(kLargestFile / 2, '{'), 2, 1003},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text.substr(0, 40));
    const auto document = parse_document(row.text);
    REQUIRE(document.has_error());
    CHECK(document.error().text == "is nested too deeply");
    CHECK(document.error().line == row.line);
    CHECK(document.error().column == row.column);
  }
  std::string patterns = "a:\n";
  for (int i = 0; i < 900; ++i) patterns += "- 'x['\n";
  CHECK(parse_document(patterns).has_value());
}

TEST_CASE("a text of more than 128 KiB is refused whatever stands in it") {
  CHECK(parse_document(std::string(kLargestFile, '#')).has_value());
  for (const char byte : {'#', '[', ' ', '\xff'}) {
    const auto document = parse_document(std::string(kLargestFile + 1, byte));
    REQUIRE(document.has_error());
    CHECK(document.error().text == "is larger than 128KiB");
  }
}

}  // namespace
}  // namespace taskgate::config
