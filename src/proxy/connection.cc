#include "proxy/connection.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "net/address.h"
#include "observe/access_log.h"
#include "proxy/gated_body.h"

namespace taskgate::proxy {
namespace {

constexpr Duration kLinger = std::chrono::seconds(5);
// Of a client that gave way, since others wait for what it holds.
constexpr Duration kBriefLinger = std::chrono::milliseconds(500);

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
      client_(std::move(socket), services.deadlines, *this, services.spares.request_buffers),
      config_(services.config),
      parser_({}),
      first_(!resumed) {
  ErrorCode ignored;
  client_.socket().non_blocking(true, ignored);
  if (resumed) client_.bytes_wait();
  services_.vanished_peers.watch(client_.socket().native_handle());
  ++services_.counts.idle;
  services_.provide_records();
}

Connection::~Connection() {
  if (exchange_ != nullptr) end_exchange();  // by an exception
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
  request_ = {.began = Clock::now()};
  config_ = services_.config;
  if (config_->forwarded && client_address_.empty()) note_client_address();
  outcome_ = {};
  held_head_.clear();
  idle_ = false;
  busy_ = true;
  moved_ = request_.began;
  --services_.counts.idle;
  ++services_.counts.active;
  services_.provide_records();
}

void Connection::note_client_address() {
  ErrorCode error;
  const auto client = client_.socket().remote_endpoint(error);
  if (!error) client_address_ = net::text_of(client.address());
}

void Connection::record() {
  const TimePoint now = Clock::now();
  outcome_.total = now - request_.began;
  services_.metrics.record(outcome_);
  services_.history.ended(now);
  if (outcome_.verdict && outcome_.verdict->reason) sum_up_refusal(now);
  if (outcome_.answer_fault != nullptr) services_.warnings.answer_refused(outcome_, now);
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

// Of those that were only observed there is a day to be told, and no more than by route.
void Connection::sum_up_refusal(TimePoint now) {
  const gate::Verdict& verdict = *outcome_.verdict;
  const bool is_refused = verdict.refused();
  const std::string_view path_id = is_refused ? outcome_.path_id : std::string_view();
  (is_refused ? services_.refused : services_.observed)
      .add({outcome_.route, path_id, verdict.class_name, *verdict.reason}, outcome_.ids.request_id,
           now, request_.decided);
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
  const bool unread = client_.drop_unread();
  if (after == After::reset) {
    client_.reset();
  } else if (after == After::linger || (after == After::close && unread)) {
    const auto limit = gave_way_ ? kBriefLinger : kLinger;
    forget_head();
    co_await client_.linger(limit);
  }
  client_.close();
}

// None is read any more.
void Connection::forget_head() {
  parser_.reset();
  progress_ = http::Progress::need_more;
}

void Connection::end_if_silent() {
  if (is_silent()) client_.interrupt();
}

void Connection::interrupt() {
  client_.interrupt();
  if (exchange_ != nullptr) exchange_->interrupt();
  if (question_ != nullptr) question_->interrupt();
  if (asking_ != nullptr) asking_->withdraw();
}

// --- One request: check its head, plan, and do it
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
  request_.minor_version = head.minor_version;
  if (config_->log.access == config::AccessLog::all) note_ids();
  const auto rules = http::examine(head);
  if (!rules) return refuse_head(rules.error());
  charge_text(bytes_of_copies(rules->body.hop_fields));
  request_.keep_alive = rules->keep_alive;
  return carry_out(plan_request(head, *rules, config_->routes, services_.own_port), *rules);
}

Task<After> Connection::carry_out(RequestPlan&& plan, const http::RequestRules& rules) {
  using Step = RequestPlan::Step;
  switch (plan.step) {
    case Step::answer_as_last_hop:
      return answer_for_last_hop();
    case Step::refuse_loop:
      return refuse(
          {508, "the target leads through the upstream's app proxy back to the gate: a loop"});
    case Step::create:
      return handle_create(rules, std::move(*plan.match));
    case Step::change_item:
      return forward_change(rules, std::move(plan.item));
    case Step::forward_without_body:
      return forward_without_body(rules);
    case Step::forward:
      break;
  }
  return forward(rules, {});
}

// A body that the upstream never reads and, behind an event stream, serves as the next request. A
// chunked one may turn out to be none, as some gateways send it; it goes on as none.
Task<After> Connection::forward_without_body(http::RequestRules rules) {
  hold_head();
  const GatedBody body = co_await read_empty_body(client_, rules, *config_);
  if (gave_way_) co_return co_await answer_that_it_gave_way();
  if (body.end == GatedBody::End::client_left) {
    note_client_gone();
    co_return After::close;
  }
  if (body.end == GatedBody::End::refused) co_return co_await refuse_head(body.refusal);
  rules.body = {};
  co_return co_await forward(rules, {.drop_framing = true, .drop_expect = true});
}

// --- Small parts

After Connection::after_whole_request() const {
  return request_.keep_alive && !services_.draining ? After::keep : After::close;
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
