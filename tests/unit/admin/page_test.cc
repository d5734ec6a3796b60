#include "admin/page.h"

#include <regex>
#include <set>

#include "admin/page_files.h"
#include "observe/sample_status.h"
#include "support/catch.h"

namespace taskgate::admin {
namespace {

using observe::Status;

int count(const std::string& text, const std::string& part) {
  int found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

bool has(const std::string& text, const std::string& part) {
  return count(text, part) > 0;
}

TEST_CASE("Style and script of the page bear its nonce, and nothing else may run") {
  const std::string page = status_page(observe::sample_status(), "abc123");
  CHECK(count(page, "<style nonce=\"abc123\">") == 1);
  CHECK(count(page, "<script nonce=\"abc123\">") == 1);
  CHECK(count(page, "<style") == 1);
  CHECK(count(page, "<script") == 1);
  // Attributes that a policy with nonces forbids.
  CHECK_FALSE(std::regex_search(page, std::regex("<[^>]* (style|on[a-z]+)=")));
}

TEST_CASE("The page asks nobody but the gate") {
  const std::string page = status_page(observe::sample_status(), "abc123");
  CHECK_FALSE(std::regex_search(page, std::regex("https?:|//[a-z]|@import|url\\((?!#hatch\\))")));
  CHECK(count(page, "EventSource(\"events?page\")") == 1);
  CHECK_FALSE(has(page, "fetch("));
}

TEST_CASE("The script never makes markup of what it is told where scripts run") {
  const std::string script(page_files().at("page.js"));
  CHECK_FALSE(std::regex_search(
      script, std::regex("innerHTML|setHTML|insertAdjacentHTML|document\\.write|eval\\(")));
}

TEST_CASE("The policy lets through the nonce and the gate's own events") {
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

TEST_CASE("The page shows the state before any script runs") {
  Status status = observe::sample_status();
  status.refusals = {
      observe::sample_refusal(status.started, "webhook", gate::RefusalReason::full, 12)};
  const std::string page = status_page(status, "abc123");
  CHECK(has(page, "<title>3 / 12 taskgate</title>"));
  CHECK(has(page, "3<span class=\"of\"> / 12</span>"));
  CHECK(has(page, "aria-valuemin=\"0\" aria-valuenow=\"3\" aria-valuemax=\"12\""));
  CHECK(has(page, "<td class=\"name\">kube-coder-a</td><td>earlier</td>"));
  CHECK(has(page, "<td class=\"name\">webhook</td><td>no free slot</td>"));
  CHECK(has(page, "<noscript><meta http-equiv=\"refresh\""));
  CHECK_FALSE(has(page, "role=\"alert\">"));  // but for the hidden one for the script
  CHECK_FALSE(has(page, "{{"));
}

TEST_CASE("What comes from outside is text in the page, never markup") {
  const std::string evil = "kube-coder-\"><script>alert(1)</script><img src=x onerror='a()'>";
  Status status = observe::unknown_status();
  status.gate.live = 1;
  status.gate.holders = {{evil, 1, 1'700'000'000, gate::Origin::created}};
  status.gate.signal_detail = evil;
  status.config_last_reload_success = false;
  status.config_error = evil;
  status.upstream = evil;
  status.refusals = {observe::sample_refusal(status.started, evil, gate::RefusalReason::full, 12)};
  const std::string state = page_state(status);
  CHECK(count(state, "&lt;script&gt;alert(1)&lt;/script&gt;") == 5);
  CHECK_FALSE(has(state, "<script"));
  CHECK_FALSE(has(state, "<img"));
}

TEST_CASE("A count that is not known is an alarm in words, and no zero") {
  const std::string state = page_state(observe::unknown_status());
  CHECK(has(state, "<h2 role=\"alert\">The sessions cannot be counted: permission_denied</h2>"));
  CHECK(has(state, "?<span class=\"of\"> / 12</span>"));
  CHECK(has(state, "role=\"img\" aria-label=\"Live tasks: not known\""));
  CHECK(count(state, "<span class=\"cell unknown\"></span>") == 12);
  CHECK_FALSE(has(state, "role=\"meter\""));
}

TEST_CASE("A loop that does not answer is shown as an alarm") {
  const std::string state = page_state(std::nullopt);
  CHECK(has(state, "<h2 role=\"alert\">The gate&#39;s state is not known</h2>"));
  CHECK(has(state, "did not answer in time"));
  CHECK(has(state, "?<span class=\"of\"> / ?</span>"));
}

}  // namespace
}  // namespace taskgate::admin
