#include "proxy/last_refusal.h"

#include <charconv>
#include <tuple>

namespace taskgate::proxy {
namespace {

// All that refusal_text() reads of a verdict.
auto facts(const gate::Verdict& verdict) {
  return std::tie(verdict.decision, verdict.reason, verdict.limit, verdict.live, verdict.reserved,
                  verdict.retry.seconds, verdict.retry.basis, verdict.class_used, verdict.class_cap,
                  verdict.preference_applied, verdict.class_name, verdict.fault);
}

std::size_t behind(std::string_view label, std::size_t at) {
  return at + label.size();
}

}  // namespace

const Answer& LastRefusal::answer(const RefusedCreate& refused,
                                  const std::shared_ptr<const config::Config>& config,
                                  std::uint32_t draw, const Envelope& envelope) {
  const bool is_alike = config == config_ && refused.stood_in_line == stood_in_line_ &&
                        facts(refused.verdict) == facts(verdict_);
  if (!is_alike) make_text(refused, config);
  answer_.retry_after = gate::retry_after(text_.retry, draw);
  std::array<char, 12> digits;
  const char* const end = std::to_chars(digits.begin(), digits.end(), answer_.retry_after).ptr;
  const std::string_view seconds(digits.data(), end);
  if (fits(seconds, envelope)) {
    put(seconds_, seconds);
    put(ids_, envelope.request_id);
  } else {
    make_answer(draw, envelope);
  }
  return answer_;
}

void LastRefusal::make_text(const RefusedCreate& refused,
                            const std::shared_ptr<const config::Config>& config) {
  config_.reset();  // alike to nothing, should there be no memory for one of the copies
  date_.clear();
  text_ = refusal_text(refused, *config);
  verdict_ = refused.verdict;
  stood_in_line_ = refused.stood_in_line;
  config_ = config;
}

// Ids and seconds of one length make answers of one length.
bool LastRefusal::fits(std::string_view seconds, const Envelope& envelope) const {
  return envelope.date == date_ && envelope.persistence == persistence_ && !envelope.head_only &&
         envelope.request_id.size() == id_size_ && seconds.size() == seconds_size_;
}

// An id needs no escapes (observe/request_ids.h) and has no line ends; before the fields that are
// looked for nothing comes from outside, and behind the last members nothing.
void LastRefusal::make_answer(std::uint32_t draw, const Envelope& envelope) {
  constexpr std::string_view kIdField = "\r\nX-Request-Id: ";
  constexpr std::string_view kIdMember = ",\"request_id\":\"";
  constexpr std::string_view kSecondsField = "\r\nRetry-After: ";
  constexpr std::string_view kSecondsMember = ",\"retry_after\":";
  date_.clear();
  answer_ = refuse_create(text_, draw, envelope);
  if (envelope.head_only) return;
  const std::string& message = answer_.message;
  ids_ = {behind(kIdField, message.find(kIdField)), behind(kIdMember, message.rfind(kIdMember))};
  seconds_ = {behind(kSecondsField, message.find(kSecondsField)),
              behind(kSecondsMember, message.rfind(kSecondsMember))};
  seconds_size_ = message.find('\r', seconds_.front()) - seconds_.front();
  id_size_ = envelope.request_id.size();
  persistence_ = envelope.persistence;
  date_ = envelope.date;
}

void LastRefusal::put(const Places& places, std::string_view text) {
  for (const std::size_t place : places) text.copy(&answer_.message[place], text.size());
}

}  // namespace taskgate::proxy
