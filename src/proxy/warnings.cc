#include "proxy/warnings.h"

#include <algorithm>

#include "base/log.h"
#include "base/text.h"
#include "observe/access_log.h"

namespace taskgate::proxy {
namespace {

constexpr std::size_t kMostText = 32;
constexpr std::size_t kMostBinary = 16;
constexpr std::size_t kMostOther = 8;  // it could be the start of a body

constexpr const char* kHeadDetail =
    "this is no request that may be forwarded: check the client, and what stands between it and "
    "the gate";
constexpr const char* kAnswerDetail =
    "the upstream's answer was not forwarded, or was cut off, for what stands in it: mend what "
    "makes the answer";

bool is_text(char c) {
  return c >= ' ' && c <= '~';
}

}  // namespace

std::string_view start_of(std::string_view received) {
  received.remove_prefix(std::min(received.find_first_not_of("\r\n"), received.size()));
  received = received.substr(0, received.find("://"));  // a user's password may follow
  if (received.empty()) return {};
  if (!is_text(received.front())) return received.substr(0, kMostBinary);
  const auto* const end = std::ranges::find_if(
      received, [](char c) { return c == '?' || c == '#' || c == '@' || !is_text(c); });
  const auto length = static_cast<std::size_t>(end - received.begin());
  return received.substr(0, std::min(length, is_letter(received.front()) ? kMostText : kMostOther));
}

void Warnings::head_refused(const observe::Outcome& outcome, std::string_view saw,
                            const http::Opening* opening, TimePoint now) {
  const auto left_out = heads_.pass(now);
  if (!left_out) return;
  auto line = log::warning("head_refused");
  line.field("status", outcome.status).field("refusal", outcome.refusal);
  if (!outcome.method.empty()) observe::add_request(line, outcome);
  if (!saw.empty()) line.field("saw", printable(saw));
  line.field("request_id", outcome.ids.request_id)
      .field("detail", opening != nullptr ? opening->hint : kHeadDetail)
      .left_out(*left_out);
}

void Warnings::answer_refused(const observe::Outcome& outcome, TimePoint now) {
  const auto left_out = answers_.pass(now);
  if (!left_out) return;
  auto line = log::warning("answer_refused");
  line.field("status", outcome.status);
  if (outcome.upstream_error) line.field("reason", observe::name_of(*outcome.upstream_error));
  line.field("answer_fault", outcome.answer_fault);
  observe::add_request(line, outcome);
  if (!outcome.ids.request_id.empty()) line.field("request_id", outcome.ids.request_id);
  line.field("detail", kAnswerDetail).left_out(*left_out);
}

void Warnings::connection_failed(std::string_view reason, TimePoint now) {
  const auto left_out = failures_.pass(now);
  if (!left_out) return;
  log::error("connection_failed")
      .field("reason", reason)
      .field("detail", "a fault of the gate's own, or no memory; the other connections go on")
      .left_out(*left_out);
}

}  // namespace taskgate::proxy
