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

TEST_CASE("Classes and the line are on the page with their numbers in words") {
  Status status = observe::status_with_classes();
  status.gate.line.resize(500, status.gate.line[1]);
  const std::string state = page_state(status);
  CHECK(has(state, "<h3>people</h3>\n<p class=\"faint\">1 used, floor 3, cap 12, 1 in line</p>"));
  CHECK(has(state, "aria-label=\"storms: 2 used, cap 2, 1 in line\"><span class=\"cell live\">"));
  CHECK(has(state, "<span class=\"cell live floor\"></span><span class=\"cell reserved floor\">"));
  CHECK(has(state, "In line: 500</h2>"));
  CHECK(has(state,
            "<tr><td class=\"age\">2</td><td>storms</td><td class=\"name\">webhook</td>"
            "<td class=\"age\" data-age=\"75\">1 min</td></tr>"));
  CHECK(has(state, "and 400 more"));
  CHECK(has(state, "<td>people <span class=\"faint\">spawn 7d1f</span></td>"));
  status.gate.line.clear();
  CHECK(has(page_state(status), "Nobody stands in line."));
}

TEST_CASE("Nothing of classes is shown where none are configured") {
  const std::string state = page_state(observe::sample_status());
  CHECK(has(state,
            "<section id=\"classes\" class=\"card\" aria-labelledby=\"classes-title\" hidden>"
            "</section>"));
  CHECK(has(state,
            "<section id=\"line\" class=\"card\" aria-labelledby=\"line-title\" hidden>"
            "</section>"));
  CHECK_FALSE(has(state, ">Class<"));
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
  status.gate.classes = {{.name = evil, .used = 0, .cap = 12, .floor = 0, .waiting = 1}};
  status.gate.line = {{evil, evil, status.taken}};
  status.gate.holders[0].class_name = evil;
  status.gate.holders[0].maker = {evil, evil};
  const std::string state = page_state(status);
  CHECK(count(state, "&lt;script&gt;alert(1)&lt;/script&gt;") == 12);
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
