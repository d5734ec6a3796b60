#include "proxy/refusal_texts.h"

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

std::string message(const RefusalText& text) {
  return refuse_create(text, 0, {.date = "now", .request_id = "id-1"}).message;
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
  RefusalTexts texts;
  gate::Verdict verdict = at_cap();
  const std::string before = message(texts.of({verdict}, config));
  change(verdict);
  const std::string after = message(texts.of({verdict}, config));
  CHECK(after != before);
  CHECK(after == message(refusal_text({verdict}, *config)));
}

TEST_CASE("a refusal says how long its own create stood in line") {
  const auto config = config_with_classes();
  RefusalTexts texts;
  const gate::Verdict verdict = at_cap();
  const std::string before = message(texts.of({verdict}, config));
  const RefusedCreate waited{verdict, std::chrono::seconds(7)};
  CHECK(message(texts.of(waited, config)) == message(refusal_text(waited, *config)));
  CHECK(message(texts.of({verdict}, config)) == before);
}

TEST_CASE("a refusal goes by the configuration of its own request") {
  const gate::Verdict verdict = at_cap();
  auto helpful = std::make_shared<config::Config>();
  helpful->refuse.help = "ask Ada";
  RefusalTexts texts;
  texts.of({verdict}, std::make_shared<config::Config>());
  CHECK(message(texts.of({verdict}, helpful)).find("ask Ada") != std::string::npos);
}

TEST_CASE("creates that are refused alike share one text") {
  const auto config = config_with_classes();
  RefusalTexts texts;
  gate::Verdict verdict = at_cap();
  const char* const first = texts.of({verdict}, config).body.data();
  verdict.signal_age = std::chrono::seconds(1);
  CHECK(texts.of({verdict}, config).body.data() == first);
}
