// The request's way to the upstream.
#include "net/join.h"
#include "proxy/exchange.h"
#include "proxy/own_answers.h"

namespace taskgate::proxy {

using observe::UpstreamError;

// The head and the body, or as much of it as is here already, in one write. Nothing: the upstream
// does not take all of it at once, and send_rest() waits for that.
std::optional<bool> Exchange::send_now(Opening& opening) {
  std::string_view body = request_.body;
  if (!upload_.complete()) {
    client_.read_short(upload_.known_length());
    opening.of_body = upload_.feed(client_.received());
    if (upload_.failed()) {
      refuse_body({400, upload_.fault()});
      return false;
    }
    body = client_.received().substr(0, opening.of_body);
  }
  outcome_.bytes_up += body.size();
  if (upload_.complete()) {
    expect_answer();
  } else if (idle_limit_) {
    idle_limit_->begin();
  }
  if (!upload_.complete() || request_.upgrade) upstream_.send_at_once();
  opening.parts = {request_.head, body};
  const Peer::Sent sent = upstream_.send_now(opening.parts);
  if (sent == Peer::Sent::part) return std::nullopt;
  return was_sent(sent == Peer::Sent::all, opening);
}

Task<bool> Exchange::send_rest(Opening& opening) {
  const bool sent = co_await upstream_.write(opening.parts);
  co_return was_sent(sent, opening);
}

// What is left is of a body that was read whole, behind a head that has gone on: in no other case
// does so much come at once that the upstream does not take it.
bool Exchange::may_be_answered_meanwhile() const {
  return !request_.body.empty() && upstream_.written() > 0;
}

Task<> Exchange::send_beside_answer(Opening& opening) {
  sending_ = true;
  const auto send = [this, &opening]() -> Task<> {
    co_await send_rest(opening);
    sending_ = false;
  };
  const auto end = [this] { upstream_.interrupt(); };
  co_await net::join(send(), relay_answer(), end);
}

// Whether the exchange goes on: an upstream that stops reading may still say why.
bool Exchange::was_sent(bool sent, const Opening& opening) {
  client_.consume(opening.of_body);
  if (upload_.complete()) client_.release_buffer();
  if (!may_send_again_ && request_.head.size() > kKeptHead) release_head();
  if (sent || upstream_.written() > 0 || may_send_again_) return true;
  if (create_ != nullptr) create_->not_sent();
  fail(UpstreamError::reset);
  return false;
}

// The answer may be long in coming, and a stream lives for hours.
void Exchange::release_head() {
  client_.holder().discharge_text(request_.head.size());
  std::string().swap(request_.head);
}

void Exchange::refuse_body(const http::Refusal& refusal) {
  outcome_.refusal = refusal.reason;
  failure_ = UpstreamFailure{refusal.status, refusal.reason};
  after_ = After::linger;
}

// What the upstream got of it must not look whole.
void Exchange::give_up_body(const http::Refusal& refusal) {
  if (!answered_) refuse_body(refusal);
  upstream_.interrupt();
  upstream_.reset();
}

// No more comes of it, and that is not since the answer is over.
void Exchange::body_stopped() {
  if (!client_.has_timed_out()) {
    client_left();
  } else if (answered_ || !waits_to_be_told()) {
    give_up_body(kBodyTooSlow);
  }
}

// Who has not been told to send the body is waited for no more than the upstream's word is, whose
// silence has ended the answer, too.
bool Exchange::waits_to_be_told() const {
  return request_.expects_continue && outcome_.bytes_up == 0;
}

// What the client still has of the request's body. Ends early when the answer is over.
Task<> Exchange::upload() {
  bool broken = false;
  const net::Pipes::Lease pipe = pipe_for(upload_);
  if (pipe) {
    const bool sent = co_await upload_long(*pipe);
    broken = !sent;
  }
  while (!pipe && !upload_.complete() && !done_) {
    const bool came = co_await client_.read_more();
    if (!came) {
      if (!done_) body_stopped();
      break;
    }
    const std::size_t taken = upload_.feed(client_.received());
    if (upload_.failed()) {
      give_up_body({400, upload_.fault()});
      break;
    }
    outcome_.bytes_up += taken;
    const bool sent = co_await upstream_.write(client_.received().substr(0, taken));
    client_.consume(taken);
    broken = !sent;
    if (broken) break;
  }
  uploading_ = broken || !upload_.complete();
  if (!uploading_ && !answered_) expect_answer();
}

// A create's answer is looked into, so it has to come through here.
net::Pipes::Lease Exchange::pipe_for(const http::BodyScanner& body) {
  return create_ != nullptr ? net::Pipes::Lease() : services_.pipes.take(body.known_length());
}

// False: the upstream takes no more.
Task<bool> Exchange::upload_long(net::Pipe& pipe) {
  client_.release_buffer();
  while (!upload_.complete() && !done_) {
    const bool came = co_await client_.read_into(pipe, upload_.known_length());
    if (!came) {
      if (!done_) body_stopped();
      break;
    }
    outcome_.bytes_up += pipe.held();
    upload_.skip(pipe.held());
    const bool sent = co_await upstream_.write(pipe);
    if (!sent) co_return false;
  }
  co_return true;
}

// The time for the answer begins when the request is whole, and until then nobody is silent.
void Exchange::expect_answer() {
  if (idle_limit_) idle_limit_->end();
  upstream_.deadline().set(create_ != nullptr ? config_.timeouts.create
                                              : config_.timeouts.response);
}

}  // namespace taskgate::proxy
