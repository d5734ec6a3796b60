#include "proxy/last_refusal.h"

#include <functional>

#include "support/catch.h"

using namespace taskgate;
using namespace taskgate::proxy;

namespace {

gate::Verdict at_cap() {
  gate::Verdict verdict;
  verdict.reason = gate::RefusalReason::class_full;
  verdict.limit = 12;
  verdict.live = 11;
  verdict.retry = {20, gate::RetryBasis::guess};
  verdict.class_name = "crons";
  verdict.class_used = 3;
  verdict.class_cap = 3;
  return verdict;
}

constexpr Envelope kEnvelope{.date = "now", .request_id = "id-1"};

using Configured = std::shared_ptr<const config::Config>;

std::string said(LastRefusal& last, const RefusedCreate& refused, const Configured& config) {
  return last.answer(refused, config, 0, kEnvelope).message;
}

std::string made_anew(const RefusedCreate& refused, const Configured& config,
                      std::uint32_t draw = 0, const Envelope& envelope = kEnvelope) {
  return refuse_create(refusal_text(refused, *config), draw, envelope).message;
}

std::shared_ptr<const config::Config> config_with_classes() {
  auto config = std::make_shared<config::Config>();
  config->classes.resize(1);
  return config;
}

}  // namespace

TEST_CASE("a refusal says what is true of it, whatever the one before was") {
  using Change = std::function<void(gate::Verdict&)>;
  const auto [what, change] = GENERATE(table<const char*, Change>({
      {"the decision", [](auto& verdict) { verdict.decision = gate::Decision::draining; }},
      {"the reason", [](auto& verdict) { verdict.reason = gate::RefusalReason::full; }},
      {"the limit", [](auto& verdict) { verdict.limit = 11; }},
      {"live sessions", [](auto& verdict) { verdict.live = 13; }},
      {"an unknown count", [](auto& verdict) { verdict.live.reset(); }},
      {"promised slots", [](auto& verdict) { verdict.reserved = 1; }},
      {"the seconds", [](auto& verdict) { verdict.retry.seconds = 21; }},
      {"their basis", [](auto& verdict) { verdict.retry.basis = gate::RetryBasis::closed; }},
      {"what the class uses", [](auto& verdict) { verdict.class_used = 4; }},
      {"the cap", [](auto& verdict) { verdict.class_cap = 4; }},
      {"the class", [](auto& verdict) { verdict.class_name = "agents"; }},
      {"the preference",
       [](auto& verdict) { verdict.preference_applied = std::chrono::seconds(9); }},
      {"the fault", [](auto& verdict) { verdict.fault = "timeout"; }},
  }));
  INFO(what);
  const auto config = config_with_classes();
  LastRefusal last;
  gate::Verdict verdict = at_cap();
  const std::string before = said(last, {verdict}, config);
  change(verdict);
  const std::string after = said(last, {verdict}, config);
  CHECK(after != before);
  CHECK(after == made_anew({verdict}, config));
}

TEST_CASE("a refusal says how long its own create stood in line") {
  const auto config = config_with_classes();
  LastRefusal last;
  const gate::Verdict verdict = at_cap();
  const std::string before = said(last, {verdict}, config);
  const RefusedCreate waited{verdict, std::chrono::seconds(7)};
  CHECK(said(last, waited, config) == made_anew(waited, config));
  CHECK(said(last, {verdict}, config) == before);
}

TEST_CASE("a refusal goes by the configuration that it is given") {
  const gate::Verdict verdict = at_cap();
  auto helpful = std::make_shared<config::Config>();
  helpful->refuse.help = "ask Ada";
  LastRefusal last;
  said(last, {verdict}, std::make_shared<config::Config>());
  CHECK(said(last, {verdict}, helpful).find("ask Ada") != std::string::npos);
}

// The help text has all that the ends of a message are found by.
TEST_CASE("a refusal has its own id, seconds, date and persistence, whatever the one before had") {
  auto config = std::make_shared<config::Config>();
  config->refuse.help =
      "\r\nRetry-After: 1\r\nX-Request-Id: a,\"request_id\":\"a\",\"retry_after\":1";
  gate::Verdict verdict = at_cap();
  verdict.retry.seconds = GENERATE(6, 70);
  const std::vector<Envelope> envelopes{
      {.date = "now", .request_id = "id-1"},
      {.date = "now", .request_id = "id-2"},
      {.date = "now", .request_id = "a-longer-id:/+="},
      {.date = "now", .request_id = ""},
      {.date = "then", .request_id = ""},
      {.date = "then", .request_id = "", .persistence = Persistence::close},
      {.date = "then", .request_id = "id-3", .persistence = Persistence::keep_said},
      {.date = "then", .request_id = "id-3", .head_only = true},
  };
  LastRefusal last;
  for (const Envelope& first : envelopes) {
    for (const Envelope& second : envelopes) {
      for (std::uint32_t draw = 0; draw < 40; draw += 13) {
        CHECK(last.answer({verdict}, config, draw, first).message ==
              made_anew({verdict}, config, draw, first));
        const Answer& answer = last.answer({verdict}, config, draw + 5, second);
        CHECK(answer.message == made_anew({verdict}, config, draw + 5, second));
        CHECK(answer.retry_after == gate::retry_after(verdict.retry, draw + 5));
      }
    }
  }
}

TEST_CASE("creates that are refused alike share one message") {
  const auto config = config_with_classes();
  LastRefusal last;
  gate::Verdict verdict = at_cap();
  const char* const first = last.answer({verdict}, config, 0, kEnvelope).message.data();
  verdict.signal_age = std::chrono::seconds(1);
  const Envelope other{.date = "now", .request_id = "id-2"};
  CHECK(last.answer({verdict}, config, 0, other).message.data() == first);
}
