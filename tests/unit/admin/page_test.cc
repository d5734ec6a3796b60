#include "admin/page.h"

#include <regex>
#include <set>
#include <utility>

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
  CHECK(count(page, "EventSource(\"events?page\"") == 1);
  CHECK_FALSE(has(page, "fetch("));
}

TEST_CASE("The script never makes markup of what it is told where scripts run") {
  for (const char* file : {"page.js", "graph.js", "holders.js"}) {
    INFO(file);
    const std::string script(page_files().at(file));
    CHECK_FALSE(std::regex_search(
        script, std::regex("innerHTML|setHTML|insertAdjacentHTML|document\\.write|eval\\(")));
  }
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
  CHECK(has(page, "<title>3 / 12 alice taskgate</title>"));
  CHECK(has(page, "3<span class=\"of\"> / 12</span>"));
  CHECK(has(page, "aria-valuemin=\"0\" aria-valuenow=\"3\" aria-valuemax=\"12\""));
  CHECK(
      has(page,
          "<td class=\"name\" title=\"kube-coder-a\">a</td><td data-label=\"From\">earlier</td>"));
  CHECK(has(page, "all names begin with <span class=\"name\">kube-coder-</span>"));
  CHECK(has(page, "<td class=\"name\">webhook</td><td data-label=\"Reason\">no free slot</td>"));
  CHECK(has(page, "workspace alice, pod ws-alice-0, namespace coders"));
  CHECK(has(page, "Most at once: 9 at 2023-11-14 22:14:10 UTC"));
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
            "<tr><td class=\"age\" data-label=\"Place\">2</td><td data-label=\"Class\">storms</td>"
            "<td class=\"name\" data-label=\"Route\">webhook deploy</td><td class=\"age\" "
            "data-label=\"Waits for\"><span data-age=\"75\">1 min</span></td></tr>"));
  CHECK(has(state, "and 400 more"));
  CHECK(
      has(state, "<td data-label=\"From\">spawn deploy</td><td data-label=\"Class\">people</td>"));
  const auto classes = std::exchange(status.gate.classes, {});  // as behind a reload
  CHECK(has(page_state(status), "In line: 500</h2>"));
  status.gate.classes = classes;
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
  CHECK(count(state, "&lt;script&gt;alert(1)&lt;/script&gt;") == 13);
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

TEST_CASE("The sessions stand in the order that is asked for, and the page says which it is") {
  Status status = observe::sample_status();
  const auto place = [](const std::string& state, const std::string& name) {
    return state.find("title=\"" + name + "\"");
  };
  const std::string oldest = page_state(status);
  CHECK(place(oldest, "kube-coder-a") < place(oldest, "kube-coder-b"));
  CHECK(has(oldest, "<a href=\"?\" aria-current=\"true\">oldest first</a>"));
  status.gate.holders[0].details->silent_since = 1'700'000'099;
  status.gate.holders[1].details->silent_since = 1'700'000'020;
  const std::string idle = page_state(status, Order::idle_first);
  CHECK(place(idle, "kube-coder-b") < place(idle, "kube-coder-a"));
  CHECK(has(idle, "<a href=\"?sort=idle\" aria-current=\"true\">idle first</a>"));
  CHECK(has(page_state(status, Order::by_origin), "scope=\"colgroup\">gate: 1 session</th>"));
}

TEST_CASE("A full page says when a slot is expected, and an open one does not") {
  Status status = observe::sample_status();
  CHECK_FALSE(has(page_state(status), "should come free"));
  status.gate.live = 12;
  status.gate.expected = gate::RetryWindow{180, gate::RetryBasis::recent};
  const std::string state = page_state(status);
  CHECK(has(state, "<section id=\"slots\" class=\"card full\""));
  CHECK(has(state, "A slot should come free in about 3 min"));
}

TEST_CASE("Who held the slots stays, and is not shown as who holds them") {
  Status status = observe::unknown_status();
  status.gate.last_holders = observe::sample_status().gate.holders;
  status.gate.signal_age = std::chrono::seconds(90);
  const std::string state = page_state(status);
  CHECK(has(state, "Who held a slot</h2>"));
  CHECK(has(state, "Not known now. As they were when they were last counted, 1 min ago."));
  CHECK(has(state, "title=\"kube-coder-a\""));
}

TEST_CASE("An alarm leads to its section of the runbook") {
  const std::string state = page_state(observe::unknown_status());
  CHECK(has(state, "<a href=\"runbook#taskgatesignalunknown\""));
  Status unconfigured = observe::sample_status();
  unconfigured.configured = unconfigured.config_last_reload_success = false;
  CHECK(has(page_state(unconfigured), "<a href=\"runbook#taskgateunconfigured\""));
  const std::string runbook = runbook_page("abc123");
  CHECK(has(runbook, "<h3 id=\"taskgatesignalunknown\">TaskgateSignalUnknown</h3>"));
  CHECK(has(runbook, "<style nonce=\"abc123\">"));
  CHECK_FALSE(has(runbook, "{{"));
}

TEST_CASE("Each link of the runbook leads to a section of it, or back to the page") {
  const std::string runbook = runbook_page("abc123");
  const std::regex link("href=\"([^\"]+)\"");
  int within = 0;
  for (std::sregex_iterator at(runbook.begin(), runbook.end(), link), end; at != end; ++at) {
    const std::string target = (*at)[1];
    if (target == "data:," || target == "./") continue;
    CAPTURE(target);
    CHECK(has(runbook, " id=\"" + target.substr(1) + "\">"));
    ++within;
  }
  CHECK(within > 3);
}

// cmark knows no tables: their rows would be text with bars in it.
TEST_CASE("The runbook is written without tables, which its page could not show") {
  CHECK_FALSE(has(runbook_page("abc123"), "<p>|"));
}

TEST_CASE("A loop that does not answer is shown as an alarm") {
  const std::string state = page_state(std::nullopt);
  CHECK(has(state, "<h2 role=\"alert\">The gate&#39;s state is not known</h2>"));
  CHECK(has(state, "did not answer in time"));
  CHECK(has(state, "?<span class=\"of\"> / ?</span>"));
}

}  // namespace
}  // namespace taskgate::admin
