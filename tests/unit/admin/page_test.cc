#include "admin/page.h"

#include <regex>
#include <set>

#include "support/catch.h"

namespace taskgate::admin {
namespace {

int count(const std::string& text, const std::string& part) {
  int found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

TEST_CASE("Style and script of the page bear its nonce, and nothing else may run") {
  const std::string page = status_page("abc123");
  CHECK(count(page, "<style nonce=\"abc123\">") == 1);
  CHECK(count(page, "<script nonce=\"abc123\">") == 1);
  CHECK(count(page, "<style") == 1);
  // The third is in words: <noscript>.
  CHECK(count(page, "<script") == 1);
  CHECK(count(page, "NONCE") == 0);
  // Attributes that a policy with nonces forbids.
  CHECK_FALSE(std::regex_search(page, std::regex("<[^>]* (style|on[a-z]+)=")));
}

TEST_CASE("The page asks nobody but the gate") {
  const std::string page = status_page("abc123");
  CHECK_FALSE(std::regex_search(page, std::regex("https?:|//[a-z]|@import|url\\(")));
  CHECK(count(page, "fetch(") == 1);
  CHECK(count(page, "fetch(\"status\"") == 1);
}

TEST_CASE("The page never makes markup of what it is told") {
  const std::string page = status_page("abc123");
  CHECK_FALSE(std::regex_search(
      page, std::regex("innerHTML|outerHTML|insertAdjacentHTML|document\\.write|eval\\(")));
}

TEST_CASE("The policy lets through the nonce and the gate's own status") {
  CHECK(page_policy("abc123") ==
        "default-src 'none'; connect-src 'self'; img-src data:; style-src 'nonce-abc123'; "
        "script-src 'nonce-abc123'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'");
}

TEST_CASE("Each nonce is new") {
  std::set<std::string> nonces;
  for (int i = 0; i < 100; ++i) nonces.insert(make_nonce());
  CHECK(nonces.size() == 100);
  CHECK(std::regex_match(*nonces.begin(), std::regex("[0-9a-f]{32}")));
}

}  // namespace
}  // namespace taskgate::admin
