#include "proxy/refusal_texts.h"

#include <tuple>

namespace taskgate::proxy {
namespace {

// All that refusal_text() reads of a verdict.
auto facts(const gate::Verdict& verdict) {
  return std::tie(verdict.decision, verdict.reason, verdict.limit, verdict.live, verdict.reserved,
                  verdict.retry.seconds, verdict.retry.basis, verdict.class_used, verdict.class_cap,
                  verdict.preference_applied, verdict.class_name, verdict.fault);
}

}  // namespace

const RefusalText& RefusalTexts::of(const RefusedCreate& refused,
                                    const std::shared_ptr<const config::Config>& config) {
  const bool is_alike = config == config_ && refused.stood_in_line == stood_in_line_ &&
                        facts(refused.verdict) == facts(verdict_);
  if (!is_alike) {
    config_.reset();  // alike to nothing, should there be no memory for one of the copies
    text_ = refusal_text(refused, *config);
    verdict_ = refused.verdict;
    stood_in_line_ = refused.stood_in_line;
    config_ = config;
  }
  return text_;
}

}  // namespace taskgate::proxy
