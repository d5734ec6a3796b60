#include "config/shapes.h"

#include <string>

#include "support/catch.h"

namespace taskgate::config {

TEST_CASE("a method is of at most 20 capitals, and a dash or an underline behind the first") {
  for (const std::string& text :
       {std::string("P"), std::string("M-SEARCH"), std::string("A_B"), std::string(20, 'A')}) {
    CAPTURE(text);
    CHECK(is_method(text));
  }
  for (const std::string& text : {std::string(), std::string("post"), std::string("-A"),
                                  std::string("A1"), std::string("A B"), std::string(21, 'A')}) {
    CAPTURE(text);
    CHECK_FALSE(is_method(text));
  }
}

TEST_CASE("a label begins with a letter and has at most 40 characters") {
  for (const std::string& text :
       {std::string("a"), std::string("a-1"), std::string("z9-"), std::string(40, 'a')}) {
    CAPTURE(text);
    CHECK(is_label(text));
  }
  for (const std::string& text : {std::string(), std::string("A"), std::string("1a"),
                                  std::string("-a"), std::string("a_b"), std::string(41, 'a')}) {
    CAPTURE(text);
    CHECK_FALSE(is_label(text));
  }
}

TEST_CASE("a field's name is a token of at most 100 characters") {
  for (const std::string& text : {std::string("X"), std::string("x-9"), std::string(100, 'x'),
                                  std::string("!#$%&'*+-.^_`|~")}) {
    CAPTURE(text);
    CHECK(is_field_name(text));
  }
  for (const std::string& text : {std::string(), std::string("X A"), std::string("X:"),
                                  std::string("\xC3\xBC"), std::string(101, 'x')}) {
    CAPTURE(text);
    CHECK_FALSE(is_field_name(text));
  }
}

TEST_CASE("a path is visible ASCII without a query, a prefix one without a slash at its end") {
  for (const char* text : {"/", "/!", "/~", "/a/", "/a//b"}) {
    CAPTURE(text);
    CHECK(is_path(text));
  }
  for (const char* text : {"", "a", "/a b", "/a\x7f", "/\xC3\xBC", "/a?b", "/a#b"}) {
    CAPTURE(text);
    CHECK_FALSE(is_path(text));
    CHECK_FALSE(is_prefix(text));
  }
  CHECK(is_prefix("/a/b"));
  for (const char* text : {"/", "/a/", "/a//b"}) CHECK_FALSE(is_prefix(text));
}

TEST_CASE("what a normalized target never has is no normal form") {
  for (const char* text : {"/", "/a", "/a.b/..c/d..", "/.a"}) {
    CAPTURE(text);
    CHECK(is_in_normal_form(text));
  }
  for (const char* text : {"/a/", "//", "//a", "/a//b", "/a/./b", "/./a", "/a/.", "/a/../b",
                           "/a/..", "/a%20", "/a\\b", "/a;b"}) {
    CAPTURE(text);
    CHECK_FALSE(is_in_normal_form(text));
  }
}

TEST_CASE("a JSON pointer is empty or begins with a slash, and '~' stands before 0 or 1 only") {
  for (const char* text : {"/", "/a", "/a~0b/~1", "/ ", "/a//b"}) {
    CAPTURE(text);
    CHECK(is_pointer(text));
    CHECK(is_member_pointer(text));
  }
  CHECK(is_pointer(""));
  CHECK_FALSE(is_member_pointer(""));
  for (const char* text : {"a", "a/b", "/~", "/a~2", "/~0~", "/~~0"}) {
    CAPTURE(text);
    CHECK_FALSE(is_pointer(text));
    CHECK_FALSE(is_member_pointer(text));
  }
}

}  // namespace taskgate::config
