#include "proxy/exchange.h"

#include <utility>

#include "net/join.h"

namespace taskgate::proxy {

using observe::UpstreamError;

Exchange::Exchange(Services& services, Peer& client, const config::Config& config,
                   UpstreamRequest& request, observe::Outcome& outcome, Create* create)
    : services_(services),
      client_(client),
      config_(config),
      request_(request),
      outcome_(outcome),
      create_(create),
      upstream_(TcpSocket(services.loop), services.deadlines, client.holder(),
                services.spares.answer_buffers),
      upload_(std::move(request_.relayed)) {}

Exchange::~Exchange() {
  if (has_run_) return;
  watch_.reset();
  stream_end_.reset();
  client_.reset();
  upstream_.reset();
}

Task<After> Exchange::run() {
  if (const Duration limit = config_.timeouts.idle; limit != Duration::zero()) {
    idle_limit_ = std::make_unique<IdleLimit>(services_.deadlines, limit, client_, upstream_);
  }
  if (!outlives_client())
    watch_.emplace(services_.watch, client_.socket().native_handle(), [this] { client_left(); });
  bool opened_now = false;
  bool under_way = reuse_connection();
  if (!under_way) {
    const auto begun = services_.upstream.begin(upstream_, token_);
    under_way = opened_now = begun == ErrorCode();
    if (!under_way) under_way = co_await connect(begun);
  }
  Opening opening;
  std::optional<bool> sent = false;
  if (under_way) sent = send_now(opening);
  if (!sent && !may_be_answered_meanwhile()) {
    opened_now = false;
    sent = co_await send_rest(opening);
  }
  if (!sent) {
    co_await send_beside_answer(opening);
  } else if (*sent) {
    uploading_ = !upload_.complete();
    if (uploading_) {
      const auto end_both = [this] {
        client_.interrupt();
        upstream_.interrupt();
      };
      co_await net::join(upload(), relay_answer(), end_both);
    } else {
      co_await relay_answer(opened_now);
    }
  }
  watch_.reset();
  stream_end_.reset();
  outcome_.silent = idle_limit_ && idle_limit_->is_over();
  idle_limit_.reset();
  if (client_gone_ && !outlives_client()) upstream_.reset();
  has_run_ = true;
  co_return cut_ ? After::reset : after_;
}

void Exchange::interrupt() {
  upstream_.interrupt();
}

bool Exchange::reuse_connection() {
  if (create_ == nullptr && may_be_sent_twice(request_)) {
    generation_ = services_.upstream.pool().generation();
  }
  if (!generation_) return false;
  auto left = services_.upstream.reuse();
  if (!left) return false;
  ++services_.upstream_counts.reused;
  upstream_.replace(std::move(*left));
  on_left_connection_ = true;
  may_send_again_ = true;
  return true;
}

Task<bool> Exchange::connect(std::optional<ErrorCode> begun) {
  const auto error =
      co_await services_.upstream.connect(upstream_, token_, config_.timeouts.connect, begun);
  if (!error) co_return true;
  if (create_ != nullptr) create_->not_sent();
  // Else the client left or the gate ends: there is nobody to tell, and the upstream did not fail.
  if (!upstream_.interrupted()) fail(*error);
  co_return false;
}

// The upstream may close a connection that was left to it while a request is on its way there (RFC
// 9112 section 9.5): that is no answer, and the request goes out once more, on a connection of its
// own (section 9.3.1).
Task<bool> Exchange::send_again() {
  const bool ended = upstream_.fault() == PeerFault::eof || upstream_.fault() == PeerFault::broken;
  if (!std::exchange(may_send_again_, false) || !ended) {
    fail_reading();
    co_return false;
  }
  co_return co_await send_anew();
}

Task<bool> Exchange::send_anew() {
  ++services_.upstream_counts.resent;
  on_left_connection_ = false;
  if (parser_) parser_->reset();
  upstream_.replace(TcpSocket(services_.loop));
  const bool connected = co_await connect({});
  if (!connected) co_return false;
  Opening opening;
  std::optional<bool> sent = send_now(opening);
  if (!sent) sent = co_await send_rest(opening);
  co_return *sent;
}

// A gated create is carried to its end all the same: the upstream runs it. What the kernel holds
// for a client that takes nothing goes with a reset, also since it may look like a whole answer.
void Exchange::client_left() {
  client_gone_ = true;
  outcome_.client_gone = true;
  outcome_.client_vanished = client_.has_vanished();
  after_ = client_.has_timed_out() ? After::reset : After::close;
  if (!outlives_client()) {
    upstream_.interrupt();
  } else if (idle_limit_) {
    idle_limit_->begin();
  }
}

void Exchange::fail(UpstreamError error, const char* answer_fault) {
  if (failure_) return;  // it follows from that
  outcome_.upstream_error = error;
  outcome_.answer_fault = answer_fault;
  failure_ = failure_of(error);
  after_ = uploading_ || !upload_.complete() ? After::linger : After::keep;
}

// Nothing to say where the client left, its body was refused, or the gate ends.
void Exchange::fail_reading() {
  if (const auto error = error_before_answer(upstream_.fault())) fail(*error);
}

}  // namespace taskgate::proxy
