#include "proxy/refusal_words.h"

#include "support/catch.h"
#include "support/text.h"

using namespace taskgate;
using namespace taskgate::proxy;
using test::has;

namespace {

gate::Verdict full(int live, int limit, int seconds = 20) {
  gate::Verdict verdict;
  verdict.decision = gate::Decision::rejected;
  verdict.reason = gate::RefusalReason::full;
  verdict.limit = limit;
  verdict.live = live;
  verdict.retry = {seconds, gate::RetryBasis::recent};
  return verdict;
}

gate::Verdict unknown(const std::string& fault) {
  gate::Verdict verdict;
  verdict.decision = gate::Decision::unknown;
  verdict.reason = gate::RefusalReason::unknown;
  verdict.limit = 12;
  verdict.fault = fault;
  verdict.detail = "/run/tmux/tmux-1000/default: no answer for 1s; check 10.0.0.7:6080";
  return verdict;
}

std::string words(const gate::Verdict& verdict, const config::Config& config = {}) {
  return refusal_words({verdict}, config);
}

}  // namespace

TEST_CASE("a full gate says when a slot should be free, and what helps") {
  CHECK(
      words(full(12, 12)) ==
      "concurrent task limit reached (12/12): a slot should be free in about 20 s; end a task you "
      "no longer need, or try again then");
  CHECK(has(words(full(12, 12, 89)), "in about 89 s;"));
  CHECK(has(words(full(12, 12, 90)), "in about 2 min;"));
  CHECK(has(words(full(12, 12, 240)), "in about 4 min;"));
}

TEST_CASE("a time at its bound is not told as if it were one that is known") {
  CHECK(has(words(full(12, 12, gate::kLongestWindow)), "free in 5 min or later;"));
}

TEST_CASE("a limit far exceeded says how many have to end") {
  CHECK(words(full(40, 12, 300)) ==
        "concurrent task limit reached (40/12): 29 tasks have to end before a slot is free, which "
        "may be in 5 min or later; end tasks you no longer need, or try again then");
}

TEST_CASE("a limit of 0 promises nothing") {
  for (const int live : {0, 3}) {
    const std::string text = words(full(live, 0, 300));
    CHECK(text == "concurrent task limit reached (" + std::to_string(live) +
                      "/0): the limit is 0, so that no task may be started until it is raised");
  }
}

TEST_CASE("the upstream's variable is named only where the limit came from it") {
  config::Config config;
  for (const auto& verdict : {full(12, 12), full(14, 12), full(0, 0)}) {
    config.limit_is_upstreams = false;
    CHECK_FALSE(has(words(verdict, config), "KC_MAX_TASKS"));
    config.limit_is_upstreams = true;
    CHECK(words(verdict, config).ends_with("; KC_MAX_TASKS sets the limit"));
  }
  CHECK_FALSE(has(words(unknown("timeout"), config), "KC_MAX_TASKS"));
}

TEST_CASE("a create that found the last slots promised is told that it is a matter of seconds") {
  gate::Verdict verdict = full(10, 12, 3);
  verdict.reserved = 2;
  verdict.reason = gate::RefusalReason::promised;
  CHECK(
      words(verdict) ==
      "concurrent task limit reached (10/12 live, 2 being created): the last slots are just being "
      "taken; try again in a few seconds");
}

TEST_CASE("a drain says that it passes") {
  gate::Verdict verdict = full(1, 12);
  verdict.decision = gate::Decision::draining;
  CHECK(has(words(verdict), "shutting down"));
}

TEST_CASE("an unknown count names the kind of fault, and neither path nor address") {
  for (const char* fault : {"timeout", "permission_denied", "access_denied", "protocol_error",
                            "blind", "no_listing", "folder_missing", "one that comes later"}) {
    const std::string text = words(unknown(fault));
    INFO(text);
    CHECK(text.starts_with("the number of live tasks is not known ("));
    CHECK_FALSE(has(text, "/"));
    CHECK_FALSE(has(text, "6080"));
  }
  CHECK(has(words(unknown("timeout")), "(tmux does not answer in time)"));
}

TEST_CASE("nobody is invited to end other people's work or to change what is not theirs") {
  for (const auto& verdict : {full(12, 12), full(14, 12), full(0, 0), unknown("blind")}) {
    const std::string text = words(verdict);
    CHECK_FALSE(has(text, "kill"));
    CHECK_FALSE(has(text, "raise "));
    CHECK_FALSE(has(text, "tmux.socket"));
  }
}

TEST_CASE("each refusal ends with the operator's words") {
  config::Config config;
  config.refuse.help = "Ask in #workspaces";
  gate::Verdict draining = full(1, 12);
  draining.decision = gate::Decision::draining;
  for (const auto& verdict : {full(12, 12), full(0, 0), draining, unknown("timeout")}) {
    CHECK(words(verdict, config) == words(verdict) + ". Ask in #workspaces");
  }
}

TEST_CASE("a class that has all that it may take says so of the class, not of the gate") {
  gate::Verdict verdict = full(10, 12, 240);
  verdict.reason = gate::RefusalReason::class_full;
  verdict.class_name = "storms";
  verdict.class_used = verdict.class_cap = 8;
  CHECK(words(verdict) ==
        "concurrent task limit reached for storms (8/8): a slot should be free for it in about 4 "
        "min; end a task you no longer need, or try again then");
  config::Config config;
  config.limit_is_upstreams = true;  // raising it would not help
  CHECK(words(verdict, config) == words(verdict));
}

TEST_CASE("a create that the floors of others keep out is told that free slots are kept") {
  gate::Verdict verdict = full(9, 12, 20);
  verdict.reason = gate::RefusalReason::class_full;
  verdict.class_name = "storms";
  verdict.class_used = 2;
  verdict.class_cap = 8;
  CHECK(words(verdict) ==
        "concurrent task limit reached for storms (9/12 live, the free slots are kept for other "
        "tasks): a slot should be free for it in about 20 s; end a task you no longer need, or try "
        "again then");
}

TEST_CASE("a class for which nothing can come free is promised nothing") {
  gate::Verdict verdict = full(0, 12, 300);
  verdict.reason = gate::RefusalReason::class_full;
  verdict.class_name = "storms";
  verdict.retry.basis = gate::RetryBasis::closed;
  CHECK(words(verdict) ==
        "concurrent task limit reached for storms (0/0): no slot can come free for it until the "
        "limits are changed");
}

TEST_CASE("a create that finds its line full is told of both") {
  gate::Verdict verdict = full(12, 12, 20);
  verdict.reason = gate::RefusalReason::line_full;
  verdict.class_name = "storms";
  CHECK(words(verdict) ==
        "concurrent task limit reached (12/12), and the line for storms is full: others wait "
        "already; a slot should be free in about 20 s; end a task you no longer need, or try again "
        "then");
}

TEST_CASE("a create that has stood in line is told for how long, and what it has waited for") {
  const auto after = [](gate::Verdict verdict, int seconds) {
    return refusal_words({verdict, std::chrono::seconds(seconds)}, {});
  };
  CHECK(after(full(12, 12), 20) ==
        "concurrent task limit reached (12/12), and no slot came free for it in the 20 s that it "
        "waited: a slot should be free in about 20 s; end a task you no longer need, or try again "
        "then");
  CHECK(has(after(full(12, 12), 100), "in the 2 min that it waited: "));
  CHECK(after(full(12, 12), 0) == words(full(12, 12)));
  CHECK(has(after(full(40, 12), 20),
            "(40/12), and no slot came free for it in the 20 s that it "
            "waited: 29 tasks have to end"));
  gate::Verdict promised = full(10, 12);
  promised.reason = gate::RefusalReason::promised;
  promised.reserved = 2;
  CHECK(has(after(promised, 20),
            "(10/12 live, 2 being created), and no slot came free for it in "
            "the 20 s that it waited: the last slots"));
  gate::Verdict class_full = full(8, 12);
  class_full.reason = gate::RefusalReason::class_full;
  class_full.class_name = "storms";
  class_full.class_used = class_full.class_cap = 8;
  CHECK(has(after(class_full, 20),
            "for storms (8/8), and no slot came free for it in the 20 s "
            "that it waited: a slot should be free for it "));
}
