// Spelling::normalized against models of what lenient servers do to a path: whatever one of them
// takes for the route's path must match.
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "route/table.h"
#include "support/catch.h"

namespace taskgate::route {
namespace {

using namespace std::string_literals;

const Table& lenient_table() {
  static const Table kTable = [] {
    Rule rule{"own", "POST", *Pattern::parse("/api/jobs"), {}};
    rule.spelling = Spelling::normalized;
    return Table({rule}, {});
  }();
  return kTable;
}

bool takes_leniently(std::string_view target) {
  return lenient_table().match("POST", target).has_value();
}

TEST_CASE("spellings that a lenient server takes for the path are creates") {
  const std::string targets[] = {
      "/api/jobs%0a",         // Starlette: `$` matches before a line end
      "/api/jobs%0A?x=1",     //
      "/api/jobs%0d%0a",      //
      "/api/jobs%09",         // blanks that are stripped
      "/api/jobs%20",         //
      "/%20api/jobs",         //
      "/api/jo%ffbs",         // Bottle: bytes that are not UTF-8 are ignored
      "/api/jo%c3bs",         //
      "/api/jo\xff"s + "bs",  //
      "/api/jo%c3%a9bs",      // ... or not ASCII
      "/api/jo%c0%afbs",      //
      "/api/jobs%00",         // a C string ends
      "/api/jobs%00.json",    //
      "/api/jobs%00/x/y",     //
      "/api/jo%00bs",         // or NUL is dropped
      "/api/jobs.",           // a file system of Windows
      "/api/jobs..%20",       //
      "/api./jobs%2e",        //
      "/api%c0%afjobs",       // overlong UTF-8
      "/api%e0%80%afjobs",    //
      "/api/%c1%aaobs",       //
      "/api/%256aobs",        // decoded twice
      "/api/%%36aobs",        //
      "/api/%25256aobs",      // three times
      "/api%252fjobs",        //
      "/x/%252e%252e/api/jobs",
      "/api/jobs%253bx",          // decoded, and then parameters are dropped
      "/api/%u006aobs",           // Microsoft's escapes
      "/api%u002fjobs",           //
      "/api/%ef%bd%8aobs",        // full-width
      "/api%ef%bc%8fjobs",        //
      "/api/job%c5%bf",           // the long s
      "/api/jobs;x%0a",           //
      "/x/..%0a/api/jobs",        //
      "/x/.%ff./api/jobs",        //
      "/api%5cjobs%0a",           //
      "http://host/api/jobs%0a",  //
      "/api/jobs%250a",           // decoded twice, with a line end then
      "/api/j%25ffobs%00",        //
  };
  for (const std::string& target : targets) {
    CAPTURE(target);
    CHECK(takes_leniently(target));
  }
}

TEST_CASE("a lenient reading does not make a create of another path") {
  for (const char* target : {"/api/jobs%0ax", "/api/jobs.json", "/api/jobs%00x/%2e%2e/other%31",
                             "/api/job%c3%9f", "/api/jobs%2525", "/api/other%0a", "/%0a", "/%00",
                             "/.%0a", "/api/%2561", "/api/jobs%u00e9x"}) {
    CAPTURE(target);
    const bool ends_there = std::string_view(target).find("jobs%00") != std::string_view::npos;
    CHECK(takes_leniently(target) == ends_there);
  }
}

// --- Models

int digit(char c) {
  return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}
bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

std::string decode(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape =
        text[i] == '%' && i + 2 < text.size() && is_hex(text[i + 1]) && is_hex(text[i + 2]);
    out += escape ? static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2])) : text[i];
    if (escape) i += 2;
  }
  return out;
}

std::string kept(const std::string& text, const std::function<bool(char)>& keeps) {
  std::string out;
  for (const char c : text) {
    if (keeps(c)) out += c;
  }
  return out;
}

std::string starlette(const std::string& path) {
  std::string text = decode(path);
  if (text.ends_with('\n')) text.pop_back();
  return text;
}
std::string ascii_only(const std::string& path) {
  return kept(decode(path), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}
std::string c_string(const std::string& path) {
  const std::string text = decode(path);
  return text.substr(0, text.find('\0'));
}
std::string stripped(const std::string& path) {
  const std::string text = decode(path);
  const std::size_t begin = text.find_first_not_of(" \t\r\n\v\f");
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t\r\n\v\f") + 1 - begin);
}
std::string url_split(const std::string& path) {  // Python's drops these wherever they stand
  return kept(decode(path), [](char c) { return c != '\t' && c != '\r' && c != '\n'; });
}
std::string twice(const std::string& path) {
  return decode(decode(path));
}
std::string twice_and_ignored(const std::string& path) {
  return ascii_only(decode(path));
}
std::string windows(const std::string& path) {
  const std::string text = decode(path);
  return text.substr(0, text.find_last_not_of(". ") + 1);
}

TEST_CASE("no generated spelling that a model takes for the path passes") {
  const std::vector<std::function<std::string(const std::string&)>> models = {
      decode,    starlette, ascii_only,        c_string, stripped,
      url_split, twice,     twice_and_ignored, windows};
  const std::vector<std::string> noise = {"%0a", "%0d", "%09", "%20", "%00",  "%ff", "%c3",   "%80",
                                          "%25", "%6a", "%2e", ".",   "\xe9", "%7f", "%250a", "j"};
  std::mt19937 random(20260821);
  int taken = 0;
  for (int i = 0; i < 60'000; ++i) {
    std::string target = "/api/jobs";
    for (std::size_t changes = 1 + random() % 3; changes > 0; --changes) {
      const std::size_t at = random() % 3 == 0 ? target.size() : random() % (target.size() + 1);
      const bool replaces = random() % 4 == 0 && at < target.size();
      target.replace(at, replaces ? 1 : 0, noise[random() % noise.size()]);
    }
    for (std::size_t model = 0; model < models.size(); ++model) {
      if (models[model](target) != "/api/jobs") continue;
      ++taken;
      CAPTURE(target, model);
      REQUIRE(takes_leniently(target));
    }
  }
  CHECK(taken > 10'000);
}

}  // namespace
}  // namespace taskgate::route
