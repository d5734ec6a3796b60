#include "cli/status_text.h"

#include <algorithm>
#include <boost/json.hpp>
#include <sstream>

#include "base/version.h"
#include "observe/sample_status.h"
#include "observe/status_json.h"
#include "support/catch.h"
#include "support/text.h"

namespace taskgate::cli {
namespace {

using observe::Status;
using test::has;

boost::json::value document(const Status& status) {
  const auto now = status.started + std::chrono::seconds(7500);
  return boost::json::parse(observe::to_json(status, now));
}

std::string text_of(const Status& status, const TextStyle& style = {}) {
  return status_text(document(status), style);
}

TEST_CASE("The state stands as a page of text, without colours unless asked for") {
  Status status = observe::sample_status();
  status.refusals = {observe::sample_refusal(status.started + std::chrono::seconds(7497), "spawn",
                                             gate::RefusalReason::full, 12),
                     observe::sample_refusal(status.started, "webhook",
                                             gate::RefusalReason::unknown, std::nullopt)};
  status.refusals[1].path_id = "deploy";
  status.refusals[1].request_id = "r-481";
  status.history = {{3, gate::SignalState::known, 3, 4, 12, 2, 1}};
  const std::string head =
      std::string("taskgate ") + kVersion + " (" + kRevision + "), up 2 h 5 min\n";
  CHECK(text_of(status, {.colours = false, .width = 200}) ==
        head + R"(workspace alice, pod ws-alice-0, namespace coders

 OPEN   3 / 12  [###++++.....]  5 free, 4 promised to creates, 5 waiting for a decision

Signal         known, counted 0 s ago
Upstream       127.0.0.1:6080, answers, 4 waiting to connect, last failure 2 h 4 min ago (connect_refused)
Last minute    2 admitted, 1 refused
Retry-After    3 min, from how slots came free
Reservations   1 in flight, 2 settling, 1 abandoned
Connections    8 active, 2 streams, 9 upgraded, 7 idle; 10000 at most
History        The last 15 min: at most 3 live, 2 creates admitted, 1 refused.
Listening on   0.0.0.0:6090
Configuration  generation 4
Started        2023-11-14 22:13:20 UTC

Who holds a slot: 3 sessions, 2 idle for 15 min or more, 1 ended
SESSION       IDLE        STATE                               FROM        AGE
kube-coder-a  1 h 48 min  attached                            earlier     2 h 5 min
kube-coder-b  2 h 3 min   ended, second view of kube-coder-a  other door  2 h 4 min
kube-coder-c                                                  gate        2 h 4 min

REFUSED        ROUTE           REASON         LIVE      TOLD  REQUEST
3 s ago        spawn           no free slot   12 of 12  23 s
2 h 5 min ago  webhook deploy  count unknown  ? of 12   23 s  r-481

SINCE THE START  ADMITTED  WAITED  REFUSED  ERRORS  MEDIAN  99%
spawn            20        6       10       2       250 ms  1.5 s
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

PLACE  CLASS   ROUTE           WAITS FOR
1      people  spawn           3 s
2      storms  webhook deploy  1 min

Who holds a slot: 3 sessions, 2 idle for 15 min or more, 1 ended
SESSION       IDLE        STATE                               FROM          CLASS    AGE        REQUEST
kube-coder-a  1 h 48 min  attached                            earlier       default  2 h 5 min
kube-coder-b  2 h 3 min   ended, second view of kube-coder-a  other door             2 h 4 min
kube-coder-c                                                  spawn deploy  people   2 h 4 min  7d1f

REFUSED  ROUTE    CLASS   REASON                 LIVE     TOLD
3 s ago  webhook  storms  no slot for its class  3 of 12  23 s
)"));
}

TEST_CASE("Of a long line the terminal shows the head and how many more there are") {
  Status status = observe::status_with_classes();
  status.gate.line.assign(1234, {"storms", "webhook", status.taken});
  const std::string text = text_of(status);
  CHECK(has(text, "\n10     storms  webhook  0 s\n... and 1224 more in line\n"));
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

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// A full gate with as many sessions as slots.
Status full_status(int sessions) {
  Status status = observe::sample_status();
  status.gate.limit = sessions;
  status.gate.live = sessions;
  status.gate.in_flight = status.gate.settling = status.gate.abandoned = status.gate.waiting = 0;
  status.gate.expected = gate::RetryWindow{180, gate::RetryBasis::recent};
  status.gate.holders.clear();
  for (int i = 0; i < sessions; ++i) {
    const tmux::Details details{.silent_since = 1'700'000'000 + 60 * i};
    status.gate.holders.push_back({"kube-coder-task-" + std::to_string(100 + i), 1, 1'700'000'000,
                                   gate::Origin::created, details});
  }
  status.refusals.assign(
      10, observe::sample_refusal(status.started, "spawn", gate::RefusalReason::full, sessions));
  return status;
}

TEST_CASE("A screen of 24 lines says of everything how much it does not show") {
  const auto lines =
      lines_of(text_of(full_status(60), {.colours = false, .width = 80, .height = 23}));
  CHECK(lines.size() <= 23);
  CHECK(std::ranges::count_if(lines, [](const std::string& line) { return has(line, "gate"); }) >=
        4);
  const std::string& last = lines.back();
  CHECK(last.starts_with("Not shown: "));
  CHECK(has(last, " of 60 sessions"));
  CHECK(has(last, "refusals"));
}

TEST_CASE("A screen that has room for all says of nothing that it is not shown") {
  const std::string text = text_of(full_status(12), {.colours = false, .width = 120, .height = 80});
  CHECK_FALSE(has(text, "Not shown"));
  CHECK(has(text, "; all begin with kube-coder-task-\n"));
  CHECK(has(text, "\n100 "));
  CHECK(has(text, "\n111 "));
}

TEST_CASE("A full gate says when a slot is expected, and who is idle") {
  const std::string text = text_of(full_status(12), {.colours = false, .width = 200});
  CHECK(
      has(text, " A slot should come free in about 3 min, going by how they came free lately.\n"));
  CHECK(has(text, " Idle for longest: 100 (2 h 5 min), 101 (2 h 4 min), 102 (2 h 3 min).\n"));
}

TEST_CASE("Those who held the slots last are told apart from those who do") {
  Status status = observe::unknown_status();
  status.gate.last_holders = observe::sample_status().gate.holders;
  status.gate.signal_age = std::chrono::seconds(90);
  const std::string text = text_of(status);
  CHECK(has(text,
            "Who held a slot, which is not known now. As they were when they were last counted, "
            "1 min ago.\n"));
  CHECK_FALSE(has(text, "Who holds a slot"));
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
            "\nkube-coder-\xc3\xa9  gate  2 h 5 min\n"
            "kube-coder-e  gate  2 h 5 min\n"));
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
