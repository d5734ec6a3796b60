// The part of a connection's life in which a request is with the upstream.
#include <memory>
#include <utility>

#include "proxy/connection.h"

namespace taskgate::proxy {

Task<After> Connection::forward(const http::RequestRules& rules, http::RequestEdits edits) {
  // A body would still be on its way while the tunnel reads from the client too.
  const bool upgrade = rules.wants_upgrade && rules.body.kind == http::BodyKind::none;
  edits.keep_upgrade = upgrade;
  const bool says_continue =
      rules.expects_continue && !edits.drop_expect && services_.upstream.speaks_http10();
  if (says_continue) edits.drop_expect = true;
  UpstreamRequest request = prepare(edits, rules.body);
  request.expects_continue = rules.expects_continue && !edits.drop_expect;
  if (held_head_.empty()) client_.consume(parser_.head().size);
  if (says_continue) return exchange_after_continue(std::move(request));
  return exchange(std::move(request), nullptr);
}

Task<After> Connection::exchange_after_continue(UpstreamRequest request) {
  const bool written = co_await client_.write(kContinue, config_->timeouts.head);
  if (!written) co_return not_taken();
  co_return co_await exchange(std::move(request), nullptr);
}

Task<After> Connection::exchange(UpstreamRequest request, Create* create) {
  if (client_.interrupted()) {  // the gate ends, and this one had not begun
    if (create != nullptr) create->not_sent();
    co_return After::close;
  }
  drop_fields();
  // In the frame it would make that one too large for those that Asio keeps for reuse (1,020
  // bytes): it would be taken from the heap, aligned, and one that was kept would have to go.
  const auto exchange =
      std::make_unique<Exchange>(services_, client_, *config_, request, outcome_, create);
  exchange_ = exchange.get();
  const After after = co_await exchange->run();
  end_exchange();
  const auto& failure = exchange->failure();
  // What was received of it may be gone by now; prepare() has looked where this is gone too.
  const bool is_told = failure || outcome_.answer_fault != nullptr;
  if (is_told && !exchange->request_head().empty()) {
    parser_.reset();
    parser_.parse(exchange->request_head());
    note_ids();
  }
  if (!failure) {
    services_.spares.texts.give(std::move(request.head));
    co_return after;
  }
  if (outcome_.upstream_error) {
    const TimePoint now = Clock::now();
    services_.upstream_report.failed(*outcome_.upstream_error, outcome_.answer_fault,
                                     services_.upstream.text(), now);
    services_.history.upstream_failed(now);
  }
  const After then = after == After::keep ? after_whole_request() : after;
  co_return co_await answer_error(failure->status, failure->reason, then);
}

void Connection::end_exchange() {
  add_relayed(services_.bytes);
  exchange_ = nullptr;
}

void Connection::add_relayed(observe::ByteCounts& to) const {
  if (exchange_ == nullptr) return;
  to.up += outcome_.bytes_up;
  to.down += outcome_.bytes_down;
}

UpstreamRequest Connection::prepare(http::RequestEdits edits, const http::BodyFraming& relayed) {
  UpstreamRequest request;
  request.head = services_.spares.texts.take();
  request.relayed = relayed;
  request.upgrade = edits.keep_upgrade;
  request.method = outcome_.method;
  request.client_minor_version = request_.minor_version;
  request.keep_alive = request_.keep_alive;
  if (config_->forwarded) edits.forwarded_for = client_address_;
  edits.close = services_.upstream.wants_close(may_be_sent_twice(request));
  http::append_request(request.head, parser_.head(), edits);
  charge_text(request.head.size());
  if (request.head.size() > Exchange::kKeptHead) note_ids();
  return request;
}

}  // namespace taskgate::proxy
