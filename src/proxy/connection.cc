#include "proxy/connection.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "net/address.h"
#include "observe/access_log.h"
#include "proxy/gated_body.h"
#include "route/items.h"

namespace taskgate::proxy {
namespace {

constexpr Duration kLinger = std::chrono::seconds(5);
// Of a client that gave way, since others wait for what it holds.
constexpr Duration kBriefLinger = std::chrono::milliseconds(500);

bool has_body(const http::RequestRules& rules) {
  return rules.body.kind != http::BodyKind::none;
}

std::size_t bytes_of_fields(const http::RequestHead& head) {
  return head.fields.size() * sizeof(http::Field) +
         head.connection.named.size() * sizeof(std::string_view);
}

// The body's rules and its scanner have a copy each.
std::size_t bytes_of_copies(const std::vector<std::string>& names) {
  std::size_t bytes = 0;
  for (const std::string& name : names) bytes += 2 * (sizeof(std::string) + name.size());
  return bytes;
}

}  // namespace

Connection::Connection(Services& services, TcpSocket socket, bool resumed)
    : Holder(services.held),
      services_(services),
      client_(std::move(socket), services.deadlines, *this, kBufferForRequests),
      config_(services.config),
      parser_({.bytes = config_->limits.head, .fields = config_->limits.fields}),
      first_(!resumed) {
  ErrorCode ignored;
  client_.send_at_once();
  client_.socket().non_blocking(true, ignored);
  if (config_->forwarded) {
    client_address_ = net::text_of(client_.socket().remote_endpoint(ignored).address());
  }
  services_.peers.watch(client_.socket().native_handle());
  ++services_.counts.idle;
  services_.provide_records();
}

Connection::~Connection() {
  --(idle_ ? services_.counts.idle : services_.counts.active);
}

Task<> Connection::serve() {
  After after = After::keep;
  while (after == After::keep) {
    const bool came = co_await read_head();
    if (!came && was_silent()) {
      if (park()) co_return;
      continue;
    }
    if (!came || client_.interrupted()) {
      if (client_.has_vanished()) services_.metrics.client_vanished();
      break;
    }
    const bool has_to_wait = progress_ == http::Progress::complete && services_.held.crowded();
    if (has_to_wait) co_await wait_for_room();
    begin_request();
    after = co_await handle();
    record();
    // The answer may have been planned before the drain began.
    if (after == After::keep && services_.draining) after = After::close;
  }
  co_await finish(after);
}

// --- One request's books

void Connection::begin_request() {
  began_ = Clock::now();
  config_ = services_.config;
  outcome_ = {};
  held_head_.clear();
  idle_ = false;
  busy_ = true;
  moved_ = began_;
  --services_.counts.idle;
  ++services_.counts.active;
  services_.provide_records();
}

void Connection::record() {
  const TimePoint now = Clock::now();
  outcome_.total = now - began_;
  services_.metrics.record(outcome_);
  services_.history.ended(now);
  if (outcome_.verdict && outcome_.verdict->decision == gate::Decision::observed) {
    services_.observed.add(outcome_.route, *outcome_.verdict->reason, now);
  }
  log_line(now);
  end_request();
  if (has_many_fields()) parser_.release();
  if (request_line_.capacity() > kBufferForRequests) std::string().swap(request_line_);
  first_ = false;
  idle_ = true;
  busy_ = false;
  ++services_.counts.idle;
  --services_.counts.active;
}

// In a storm of creates their lines would fill a disk: of those that are not admitted some are left
// out, unless every line was asked for.
void Connection::log_line(TimePoint now) {
  const config::AccessLog access = config_->log.access;
  if (access == config::AccessLog::all) return observe::log_access(outcome_);
  if (access == config::AccessLog::none || !outcome_.create) return;
  if (outcome_.verdict && !outcome_.verdict->reason) return observe::log_access(outcome_);
  if (const auto left_out = services_.refused_lines.pass(now)) {
    observe::log_access(outcome_, *left_out);
  }
}

Task<> Connection::finish(After after) {
  ErrorCode ignored;
  const bool unread = !client_.received().empty() || client_.socket().available(ignored) > 0;
  if (after == After::reset) {
    client_.reset();
  } else if (after == After::linger || (after == After::close && unread)) {
    const auto limit = gave_way_ ? kBriefLinger : kLinger;
    co_await client_.linger(limit);
  }
  client_.close();
}

void Connection::end_if_idle() {
  if (idle_) client_.interrupt();
}

void Connection::interrupt() {
  client_.interrupt();
  if (exchange_ != nullptr) exchange_->interrupt();
  if (question_ != nullptr) question_->interrupt();
}

// --- One request: check head, match route, gate, forward
//
// What only decides is no coroutine, and neither is what ends in another one: a coroutine costs as
// much as parsing a head's line.

Task<After> Connection::handle() {
  const http::RequestHead& head = parser_.head();
  if (gave_way_) return answer_that_it_gave_way();
  if (progress_ == http::Progress::need_more) {
    return refuse({408, "the request's head did not come in time"});
  }
  if (progress_ == http::Progress::failed) return refuse_head(parser_.refusal());
  request_line_ = head.request_line;
  charge_text(head.request_line.size());
  charge_text(bytes_of_fields(head));
  outcome_.method = std::string_view(request_line_).substr(0, head.method.size());
  outcome_.target =
      std::string_view(request_line_).substr(head.method.size() + 1, head.target.size());
  minor_version_ = head.minor_version;
  if (config_->log.access == config::AccessLog::all) note_ids();
  const auto rules = http::examine(head);
  if (!rules) return refuse_head(rules.error());
  charge_text(bytes_of_copies(rules->body.hop_fields));
  keep_alive_ = rules->keep_alive && !services_.draining;
  if (rules->max_forwards == 0U) return answer_for_last_hop();
  return handle_checked(*rules);
}

Task<After> Connection::handle_checked(const http::RequestRules& rules) {
  const route::Table& routes = config_->routes;
  if (routes.leads_to_port(outcome_.target, services_.own_port)) {
    return refuse(
        {508, "the target leads through the upstream's app proxy back to the gate: a loop"});
  }
  if (auto match = routes.match(outcome_.method, outcome_.target)) {
    return handle_create(rules, std::move(*match));
  }
  std::string item = route::changed_item(routes, outcome_.method, outcome_.target);
  if (!item.empty()) return forward_change(rules, std::move(item));
  const bool reads = outcome_.method == "GET" || outcome_.method == "HEAD";
  if (reads && has_body(rules) && !routes.allows_body_on_get(outcome_.target)) {
    return forward_without_body(rules);
  }
  return forward(rules, {});
}

// A body that the upstream never reads and, behind an event stream, serves as the next request. A
// chunked one may turn out to be none, as some gateways send it; it goes on as none.
Task<After> Connection::forward_without_body(http::RequestRules rules) {
  hold_head();
  const GatedBody body = co_await read_empty_body(client_, rules, *config_);
  if (body.end == GatedBody::End::client_left) {
    note_client_gone();
    co_return After::close;
  }
  if (body.end == GatedBody::End::refused) co_return co_await refuse_head(body.refusal);
  rules.body = {};
  co_return co_await forward(rules, {.drop_framing = true, .drop_expect = true});
}

Task<After> Connection::forward(const http::RequestRules& rules, http::RequestEdits edits) {
  // A body would still be on its way while the tunnel reads from the client too.
  const bool upgrade = rules.wants_upgrade && !has_body(rules);
  edits.keep_upgrade = upgrade;
  const bool says_continue =
      rules.expects_continue && !edits.drop_expect && services_.upstream.speaks_http10();
  if (says_continue) edits.drop_expect = true;
  Outgoing outgoing = prepare(edits, rules.body);
  if (held_head_.empty()) client_.consume(parser_.head().size);
  if (says_continue) return exchange_after_continue(std::move(outgoing));
  return exchange(std::move(outgoing), nullptr);
}

Task<After> Connection::exchange_after_continue(Outgoing outgoing) {
  const bool written = co_await client_.write(kContinue, config_->timeouts.head);
  if (!written) co_return not_taken();
  co_return co_await exchange(std::move(outgoing), nullptr);
}

Task<After> Connection::exchange(Outgoing outgoing, Create* create) {
  if (client_.interrupted()) {  // the gate ends, and this one had not begun
    if (create != nullptr) create->not_sent();
    co_return After::close;
  }
  drop_fields();
  // In the frame it would make that one too large for those that Asio keeps for reuse (1,020
  // bytes): it would be taken from the heap, aligned, and one that was kept would have to go.
  const auto exchange = std::make_unique<Exchange>(services_, client_, *config_,
                                                   std::move(outgoing), outcome_, create);
  exchange_ = exchange.get();
  const After after = co_await exchange->run();
  exchange_ = nullptr;
  const auto& failure = exchange->failure();
  if (outcome_.answer_fault != nullptr) services_.warnings.answer_refused(outcome_, Clock::now());
  if (!failure) {
    if (outcome_.status != 0) services_.upstream_report.answered();
    co_return after;
  }
  if (outcome_.upstream_error) {
    const TimePoint now = Clock::now();
    services_.upstream_report.failed(*outcome_.upstream_error, outcome_.answer_fault,
                                     services_.upstream.text(), now);
    services_.history.upstream_failed(now);
  }
  // What was received of it may be gone by now; prepare() has looked where this is gone too.
  if (!exchange->request_head().empty()) {
    parser_.reset();
    parser_.parse(exchange->request_head());
    note_ids();
  }
  const After then = after == After::keep ? after_whole_request() : after;
  co_return co_await answer_error(failure->status, failure->reason, then);
}

// --- Small parts

Outgoing Connection::prepare(http::RequestEdits edits, const http::BodyFraming& relayed) {
  Outgoing outgoing;
  outgoing.relayed = relayed;
  outgoing.upgrade = edits.keep_upgrade;
  outgoing.method = outcome_.method;
  outgoing.client_minor_version = minor_version_;
  outgoing.keep_alive = keep_alive_;
  edits.forwarded_for = client_address_;
  edits.close = services_.upstream.wants_close(may_be_sent_twice(outgoing));
  http::append_request(outgoing.head, parser_.head(), edits);
  charge_text(outgoing.head.size());
  if (outgoing.head.size() > Exchange::kKeptHead) note_ids();
  return outgoing;
}

After Connection::after_whole_request() const {
  return keep_alive_ && !services_.draining ? After::keep : After::close;
}

void Connection::note_client_gone() {
  outcome_.client_gone = true;
  outcome_.client_vanished = client_.has_vanished();
}

void Connection::note_ids() {
  if (!outcome_.ids.request_id.empty()) return;
  const auto& fields = parser_.head().fields;
  outcome_.ids = observe::read_request_ids(http::only_value(fields, "x-request-id"),
                                           http::only_value(fields, "traceparent"));
}

// Moves the head out of the receive buffer: what else is in there is read on, and it is given back
// while the create waits. The parser only looks for its fields anew.
void Connection::hold_head() {
  held_head_.assign(client_.received().substr(0, parser_.head().size));
  charge_text(held_head_.size());
  client_.consume(parser_.head().size);
  parser_.parse(held_head_);
}

bool Connection::has_many_fields() const {
  return bytes_of_fields(parser_.head()) > kBufferForRequests;
}

// The head was written anew, and the answer may be long in coming.
void Connection::drop_fields() {
  if (!has_many_fields()) return;
  discharge_text(bytes_of_fields(parser_.head()));
  parser_.release();
}

}  // namespace taskgate::proxy
