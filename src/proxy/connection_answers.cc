// What a Connection answers itself, and how it is found again.
#include <utility>

#include "proxy/connection.h"
#include "proxy/last_hop.h"

namespace taskgate::proxy {

// `rest` becomes what the client does not take at once; there is none where it says what follows.
std::optional<After> Connection::refuse_create(std::string& rest) {
  const gate::Verdict& verdict = *outcome_.verdict;
  const After after = after_whole_request();
  RefusedCreate refused{verdict};
  if (const auto waited = outcome_.waited_in_line) {
    refused.stood_in_line = std::chrono::round<std::chrono::seconds>(*waited);
  }
  // By the configuration that it was decided by: it may have waited across a reload.
  const Answer& refusal = services_.last_refusal.answer(refused, services_.config,
                                                        services_.next_draw(), envelope(after));
  outcome_.retry_after = refusal.retry_after;
  services_.refusals.push_front({request_.decided, std::string(outcome_.route), verdict,
                                 refusal.retry_after, outcome_.ids.request_id, outcome_.path_id});
  Peer::Parts parts{refusal.message};
  const std::optional<After> answered = answer_now(refusal.status, parts, after);
  if (!answered) rest = parts.front();
  return answered;
}

// A request that may not be forwarded. Where it ends cannot be trusted: the connection ends with
// the answer.
Task<After> Connection::refuse(const http::Refusal& refusal) {
  outcome_.refusal = refusal.reason;
  identify();
  return answer_error(refusal.status, refusal.reason, After::linger);
}

// What comes first on a connection is no part of a body, so that it may be shown, and named where
// it is the opening of something else.
Task<After> Connection::refuse_head(http::Refusal refusal) {
  const bool shown = first_ && progress_ == http::Progress::failed;
  const std::string_view received = shown ? client_.received() : std::string_view();
  const http::Opening* const opening = http::recognize_opening(received);
  if (opening != nullptr) refusal.reason = opening->reason;
  identify();
  outcome_.status = refusal.status;
  outcome_.refusal = refusal.reason;
  services_.warnings.head_refused(outcome_, start_of(received), opening, Clock::now());
  return refuse(refusal);
}

Task<After> Connection::answer_error(int status, std::string_view reason, After after) {
  auto error = error_answer(status, reason, services_.next_draw(), envelope(after));
  outcome_.retry_after = error.retry_after;
  return answer(status, std::move(error.message), after);
}

Task<After> Connection::answer_for_last_hop() {
  identify();
  constexpr After kAfter = After::linger;
  return answer(200, last_hop_answer(parser_.head(), envelope(kAfter)), kAfter);
}

Task<After> Connection::answer(int status, std::string message, After after) {
  Peer::Parts parts{message};
  if (const std::optional<After> answered = answer_now(status, parts, after)) co_return *answered;
  co_return co_await answer_rest(std::string(parts.front()), after);
}

// What follows, or nothing: then the client has not taken all of it yet.
std::optional<After> Connection::answer_now(int status, Peer::Parts& message, After after) {
  outcome_.status = status;
  const Peer::Sent sent =
      after == After::close ? client_.send_last(message) : client_.send_now(message);
  if (sent == Peer::Sent::part) return std::nullopt;
  return sent == Peer::Sent::all ? after : not_taken();
}

Task<After> Connection::answer_rest(std::string rest, After after) {
  const bool written = co_await client_.write(rest, config_->timeouts.head);
  co_return written ? after : not_taken();
}

// A client that takes nothing takes no farewell either: what the kernel holds for it goes with a
// reset.
After Connection::not_taken() {
  note_client_gone();
  return gave_way_ || client_.fault() == PeerFault::timeout ? After::reset : After::close;
}

Envelope Connection::envelope(After after) {
  give_id();
  const auto now = std::chrono::system_clock::now();
  return {services_.date.at(std::chrono::system_clock::to_time_t(now)), outcome_.ids.request_id,
          persistence(after), outcome_.method == "HEAD"};
}

Persistence Connection::persistence(After after) const {
  if (after != After::keep) return Persistence::close;
  return request_.minor_version == 0 ? Persistence::keep_said : Persistence::keep;
}

// Of a create and of what is answered here: its answer, its line in the log and its row of the
// status are found by the same id.
void Connection::identify() {
  note_ids();
  give_id();
}

void Connection::give_id() {
  if (outcome_.ids.request_id.empty()) outcome_.ids.request_id = services_.request_ids.make();
}

}  // namespace taskgate::proxy
