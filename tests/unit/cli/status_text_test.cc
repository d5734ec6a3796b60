#include "cli/status_text.h"

#include <boost/json.hpp>

#include "base/version.h"
#include "observe/sample_status.h"
#include "observe/status_json.h"
#include "support/catch.h"

namespace taskgate::cli {
namespace {

using observe::Status;

boost::json::value document(const Status& status) {
  const auto now = status.started + std::chrono::seconds(7500);
  return boost::json::parse(observe::to_json(status, now));
}

std::string text_of(const Status& status, const TextStyle& style = {}) {
  return status_text(document(status), style);
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("The state stands as a page of text, without colours unless asked for") {
  Status status = observe::sample_status();
  status.refusals = {observe::sample_refusal(status.started + std::chrono::seconds(7497), "spawn",
                                             gate::RefusalReason::full, 12),
                     observe::sample_refusal(status.started, "webhook",
                                             gate::RefusalReason::unknown, std::nullopt)};
  status.history = {{3, gate::SignalState::known, 3, 4, 12, 2, 1}};
  const std::string head =
      std::string("taskgate ") + kVersion + " (" + kRevision + "), up 2 h 5 min\n";
  CHECK(text_of(status) == head + R"(
 OPEN   3 / 12  [###++++.....]  5 free, 4 promised to creates, 5 waiting for a decision

Signal         known, counted 0 s ago
Last minute    2 admitted, 1 refused
Retry-After    3 min, from how slots came free
Reservations   1 in flight, 2 settling, 1 abandoned
Connections    8 active, 2 streams, 9 upgraded, 7 idle; 10000 at most
History        The last 15 min: at most 3 live, 2 creates admitted, 1 refused.
Listening on   0.0.0.0:6090
Upstream       127.0.0.1:6080, answers
Configuration  generation 4
Started        2023-11-14 22:13:20 UTC

SESSION       ORIGIN      AGE        STATE
kube-coder-a  earlier     2 h 5 min  attached, idle since 2023-11-14 22:29:50 UTC
kube-coder-b  other door  2 h 4 min  ended, second view of kube-coder-a, idle since 2023-11-14 22:15:00 UTC
kube-coder-c  gate        2 h 4 min

REFUSED        ROUTE    REASON         LIVE
3 s ago        spawn    no free slot   12 of 12
2 h 5 min ago  webhook  count unknown  ? of 12
)");
}

TEST_CASE("Classes and the line stand in tables of their own, and holders say what made them") {
  Status status = observe::status_with_classes();
  status.refusals = {observe::sample_refusal(status.started + std::chrono::seconds(7497), "webhook",
                                             gate::RefusalReason::class_full, 3)};
  status.refusals[0].verdict.class_name = "storms";
  const std::string text = text_of(status);
  CHECK(has(text, R"(
CLASS    USED  FLOOR  CAP  IN LINE  SLOTS
people   1     3      12   1        [#++.........]
storms   2     0      2    1        [##----------]
default  1     0      4    0        [#...--------]

PLACE  CLASS   ROUTE    WAITS FOR
1      people  spawn    3 s
2      storms  webhook  1 min

SESSION       ORIGIN      CLASS    ROUTE  REQUEST  AGE        STATE
kube-coder-a  earlier     default                  2 h 5 min  attached, idle since 2023-11-14 22:29:50 UTC
kube-coder-b  other door                           2 h 4 min  ended, second view of kube-coder-a, idle since 2023-11-14 22:15:00 UTC
kube-coder-c  gate        people   spawn  7d1f     2 h 4 min

REFUSED  ROUTE    CLASS   REASON                 LIVE
3 s ago  webhook  storms  no slot for its class  3 of 12
)"));
}

TEST_CASE("Of a long line the terminal shows the head and how many more there are") {
  Status status = observe::status_with_classes();
  status.gate.line.assign(1234, {"storms", "webhook", status.taken});
  const std::string text = text_of(status);
  CHECK(has(text, "\n10     storms  webhook  0 s\n... and 1224 more\n"));
  CHECK_FALSE(has(text, "\n11 "));
  status.gate.line.clear();
  CHECK_FALSE(has(text_of(status), "PLACE"));
}

TEST_CASE("What would have been refused stands in a table of its own") {
  Status status = observe::sample_status();
  status.gate.observing = true;
  status.observed = {{"webhook", "default", gate::RefusalReason::full, 3, 40}};
  CHECK(has(text_of(status), R"(
WOULD BE REFUSED  REASON        LAST HOUR  LAST DAY
webhook           no free slot  3          40
)"));
}

TEST_CASE("A count that is not known stands first, in words, broken at the terminal's edge") {
  const std::string text = text_of(observe::unknown_status(), {.colours = false, .width = 50});
  CHECK(has(text, "\n UNKNOWN   ? / 12  [????????????]  free slots not known"));
  CHECK(has(text, R"(
!! The sessions cannot be counted: permission_denied
   /tmp/tmux-1000/default: permission denied.
   Creates are decided without a count, as
   tmux.on_unknown says.

Signal )"));
  CHECK(has(text, "\nWho holds a slot: Not known.\n"));
}

TEST_CASE("A word that is wider than the terminal is not broken, and lines of a text are kept") {
  Status status = observe::sample_status();
  status.config_last_reload_success = false;
  status.config_error = "/a/folder/that/is/longer/than/the/line:1:1: bad\nsecond";
  const std::string text = text_of(status, {.colours = false, .width = 30});
  CHECK(has(text, R"(
!  The last reload of the configuration failed
   Generation 4 stays in use.
   /a/folder/that/is/longer/than/the/line:1:1:
   bad
   second

)"));
}

TEST_CASE("Colours are the terminal's own, and the text is the same without them") {
  Status status = observe::unknown_status();
  status.draining = true;
  std::string coloured = text_of(status, {.colours = true, .width = 80});
  CHECK(has(coloured, "\x1b[1;33m DRAINING \x1b[0m"));
  CHECK(has(coloured, "[\x1b[1;31m????????????\x1b[0m]"));
  CHECK(
      has(coloured, "\x1b[1;37;41m!! The sessions cannot be counted: permission_denied\x1b[0m\n"));
  for (auto at = coloured.find('\x1b'); at != std::string::npos; at = coloured.find('\x1b')) {
    coloured.erase(at, coloured.find('m', at) + 1 - at);
  }
  CHECK(coloured == text_of(status));
}

TEST_CASE("No session's name writes to the terminal") {
  Status status = observe::sample_status();
  status.gate.holders = {
      {"kube-coder-\x1b[2J\x07\x7f\xc2\x9b"
       "1m\xc3\xa9",
       1, 1'700'000'000, gate::Origin::created}};
  status.config_last_reload_success = false;
  status.config_error = "\x1b]0;title\x07";
  const std::string text = text_of(status);
  CHECK(has(text, "\nkube-coder-\\x1b[2J\\x07\\x7f\\x9b1m\xc3\xa9  gate"));
  CHECK(has(text, "\\x1b]0;title\\x07"));
  CHECK_FALSE(has(text, "\x1b"));
  CHECK_FALSE(has(status_line(document(status)), "\x1b"));
}

TEST_CASE("Characters that are several bytes do not shift the columns") {
  Status status = observe::sample_status();
  status.gate.holders = {{"kube-coder-\xc3\xa9", 1, 1'700'000'000, gate::Origin::created},
                         {"kube-coder-e", 2, 1'700'000'000, gate::Origin::created}};
  const std::string text = text_of(status);
  CHECK(has(text,
            "\nkube-coder-\xc3\xa9  gate    2 h 5 min\n"
            "kube-coder-e  gate    2 h 5 min\n"));
}

TEST_CASE("The state in a line has what changes and no ages") {
  CHECK(status_line(document(observe::sample_status())) ==
        "open: 3 / 12, 5 free, 4 promised to creates, 5 waiting for a decision");
  Status status = observe::unknown_status();
  status.draining = true;
  CHECK(status_line(document(status)) ==
        "draining: ? / 12, no slot free while it drains, 4 promised to creates, 5 waiting for a "
        "decision; The sessions cannot be counted: permission_denied; The gate is draining");
}

}  // namespace
}  // namespace taskgate::cli
