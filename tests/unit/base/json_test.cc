#include "base/json.h"

#include <array>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <random>

#include "support/catch.h"

namespace taskgate {
namespace {

const std::string kReplacement = "\xEF\xBF\xBD";  // U+FFFD

std::string json_string(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

// Boost.JSON is the oracle: it refuses what is not valid JSON, bytes that are not UTF-8 included.
std::string read_back(std::string_view text) {
  const boost::json::value value = boost::json::parse(json_string(text));
  return std::string(std::string_view(value.get_string()));
}

TEST_CASE("a text's UTF-8 ends where its first sequence is malformed or cut off") {
  CHECK(utf8_prefix("").empty());
  CHECK(utf8_prefix("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80") ==
        "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
  CHECK(utf8_prefix("ab\xff"
                    "cd") == "ab");
  CHECK(utf8_prefix("ab\xe2\x82") == "ab");
}

TEST_CASE("a JSON string is appended, its quotes included") {
  std::string out = "{\"a\":";
  append_json_string(out, "b c");
  CHECK(out == "{\"a\":\"b c\"");
}

TEST_CASE("each ASCII character is escaped where JSON asks for it, and only there") {
  const auto [character, text] = GENERATE(table<char, std::string>({
      {'"', R"("\"")"},
      {'\\', R"("\\")"},
      {'/', R"("/")"},
      {'\n', R"("\n")"},
      {'\r', R"("\r")"},
      {'\t', R"("\t")"},
      {'\0', R"("\u0000")"},
      {'\x1B', R"("\u001b")"},
      {'\x7F', R"("\u007f")"},
      {' ', R"(" ")"},
      {'~', R"("~")"},
  }));
  CHECK(json_string(std::string_view(&character, 1)) == text);
}

TEST_CASE("every ASCII character reads back as itself") {
  for (int c = 0; c < 0x80; ++c) {
    const std::string text(1, static_cast<char>(c));
    CHECK(read_back(text) == text);
  }
}

TEST_CASE("well-formed UTF-8 stays as it is") {
  const std::string text = GENERATE(values<std::string>({
      "\xC2\x80",          // the first of two bytes
      "\xDF\xBF",          // the last
      "\xE0\xA0\x80",      // the first of three
      "\xED\x9F\xBF",      // the last before the surrogates
      "\xEE\x80\x80",      // the first behind them
      "\xEF\xBF\xBF",      // the last of three
      "\xF0\x90\x80\x80",  // the first of four
      "\xF4\x8F\xBF\xBF",  // the last
      "gr\xC3\xBC\xC3\x9F \xF0\x9F\x9A\xA6 ok",
  }));
  CHECK(json_string(text) == '"' + text + '"');
}

TEST_CASE("each byte that begins no well-formed sequence becomes U+FFFD") {
  const auto [bytes, replaced] = GENERATE(table<std::string, int>({
      {"\x80", 1},              // a continuation without a lead
      {"\xC0\xAF", 2},          // '/' in two bytes: overlong
      {"\xC1\xBF", 2},          // overlong
      {"\xE0\x9F\xBF", 3},      // overlong
      {"\xF0\x8F\xBF\xBF", 4},  // overlong
      {"\xED\xA0\x80", 3},      // a surrogate
      {"\xF4\x90\x80\x80", 4},  // above U+10FFFF
      {"\xF5\x80", 2},          // no lead
      {"\xFF", 1},
      {"\xC3", 1},  // cut off
      {"\xE2\x82", 2},
      {"\xF0\x9F\x9A", 3},
  }));
  std::string expected;
  for (int i = 0; i < replaced; ++i) expected += kReplacement;
  CHECK(json_string(bytes) == '"' + expected + '"');
  CHECK(read_back("a" + bytes + "\"b") == "a" + expected + "\"b");
}

TEST_CASE("any two bytes give valid JSON") {
  std::string text(2, '\0');
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      text[0] = static_cast<char>(first);
      text[1] = static_cast<char>(second);
      REQUIRE_NOTHROW(read_back(text));
    }
  }
}

TEST_CASE("any bytes that look like the edges of UTF-8 give valid JSON") {
  // The borders of Unicode's table 3-7, where a wrong comparison shows.
  constexpr std::array<unsigned char, 20> kEdges{0x00, 0x1F, 0x22, 0x5C, 0x7F, 0x80, 0x8F,
                                                 0x90, 0x9F, 0xA0, 0xBF, 0xC1, 0xC2, 0xE0,
                                                 0xED, 0xEF, 0xF0, 0xF4, 0xF5, 0xFF};
  std::minstd_rand random(1);
  for (int round = 0; round < 50'000; ++round) {
    std::string text(1 + random() % 6, '\0');
    for (char& c : text) c = static_cast<char>(kEdges[random() % kEdges.size()]);
    REQUIRE_NOTHROW(read_back(text));
  }
}

}  // namespace
}  // namespace taskgate
