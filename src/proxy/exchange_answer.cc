// The answer's way to the client.
#include <utility>

#include "http/rewrite.h"
#include "proxy/exchange.h"
#include "proxy/tunnel.h"

namespace taskgate::proxy {

using observe::UpstreamError;

Task<> Exchange::relay_answer(bool opened_now) {
  Next next = look_at_head();
  while (next != Next::pass_final && next != Next::end) {
    bool goes_on = false;
    if (next == Next::pass_interim) {
      on_left_connection_ = false;  // it is an answer
      goes_on = co_await pass_interim();
    } else if (next == Next::send_anew) {
      goes_on = co_await send_anew();
    } else {
      if (auto room = upstream_.begin_read()) {
        if (std::exchange(opened_now, false)) room->wait_first();
        const auto result = co_await upstream_.socket().async_read_some(*room, kTask);
        goes_on = upstream_.end_read(result);
      } else {
        goes_on = co_await upstream_.read_more();
      }
      if (!goes_on) goes_on = co_await send_again();
    }
    next = goes_on ? look_at_head() : Next::end;
  }
  std::optional<http::ResponseRules> rules;
  if (next == Next::pass_final) rules = check_final();
  if (rules && parser_->head().status == 101) {
    co_await relay_tunnel();
  } else if (rules) {
    co_await relay_body(*rules);
  }
  token_.release();
  if (create_ != nullptr) create_->lost();
  done_ = true;
  if (uploading_) client_.cancel_read();
  if (uploading_ || sending_) upstream_.interrupt();
}

// What comes next, by what is in of the answer's head.
Exchange::Next Exchange::look_at_head() {
  if (failure_) return Next::end;  // the request's body was refused meanwhile
  if (upstream_.received().empty()) return Next::read;
  token_.release();
  may_send_again_ = false;
  if (!parser_) parser_ = services_.spares.parsers.take();
  switch (parser_->parse(upstream_.received())) {
    case http::Progress::need_more:
      return Next::read;
    case http::Progress::failed:
      fail(UpstreamError::malformed_head, parser_->fault());
      return Next::end;
    case http::Progress::complete:
      break;
  }
  const int status = parser_->head().status;
  // An upstream that gives up an idle connection may say so, by a 408 that nobody asked for and
  // that a request meets on its way there: it may be repeated (RFC 9110 section 15.5.9).
  if (on_left_connection_ && status == 408) return Next::send_anew;
  return status >= 200 || status == 101 ? Next::pass_final : Next::pass_interim;
}

// Sends `source` to the client, parts or a pipe, and says whether the answer goes on. Nothing: the
// client does not take all of it at once, and to_client() waits for that.
template <typename Source>
std::optional<bool> Exchange::to_client_now(Source& source) {
  return client_gone_ ? outlives_client() : goes_on_behind(client_.send_now(source));
}

// The end of the answer, which may be that of the connection, too.
std::optional<bool> Exchange::last_to_client_now(Peer::Parts& parts) {
  if (client_gone_ || framing_.keep() || uploading_) return to_client_now(parts);
  return goes_on_behind(client_.send_last(parts));
}

std::optional<bool> Exchange::goes_on_behind(Peer::Sent sent) {
  if (sent == Peer::Sent::part) return std::nullopt;
  if (sent == Peer::Sent::failed) client_left();
  return sent == Peer::Sent::all || outlives_client();
}

template <typename Source>
Task<bool> Exchange::to_client(Source& source) {
  if (client_gone_) co_return outlives_client();
  // Nobody holds a slot by not taking what comes before the answer.
  if (outlives_client() && !answered_) {
    client_.deadline().set(config_.timeouts.create);
  } else if (idle_limit_) {
    idle_limit_->begin();
  }
  writing_ = true;
  const bool written = co_await client_.write(source);
  writing_ = false;
  if (!written) client_left();
  client_.deadline().clear();
  if (idle_limit_ && !answered_ && !uploading_) idle_limit_->end();
  co_return written || outlives_client();
}

// An interim answer (RFC 9110 section 15.2) is for HTTP/1.1 clients only.
Task<bool> Exchange::pass_interim() {
  std::string head;
  http::append_response(head, parser_->head(), {});
  upstream_.consume(parser_->head().size);
  if (parser_->head().status == 100) request_.expects_continue = false;
  parser_->reset();
  if (request_.client_minor_version == 0) co_return true;
  Peer::Parts parts{head};
  co_return co_await to_client(parts);
}

// How the answer goes on behind its final head; nothing where that may not be passed on.
std::optional<http::ResponseRules> Exchange::check_final() {
  const http::ResponseHead& head = parser_->head();
  upstream_.deadline().clear();
  if (idle_limit_) idle_limit_->begin();
  services_.upstream.saw_version(head.minor_version);
  const bool switches = head.status == 101;
  http::ResponseRules rules = http::examine(head, request_.method);
  const bool may_switch = request_.upgrade && !uploading_;
  if (rules.fault != nullptr || (switches && !may_switch)) {
    fail(switches ? UpstreamError::unasked_upgrade : UpstreamError::malformed_head,
         rules.fault != nullptr ? rules.fault : "101 to a request that asked for no upgrade");
    return std::nullopt;
  }
  if (create_ != nullptr) create_->answered(head);
  if (head.status / 100 == 2 && services_.admission.has_waiting()) note_end_of_task();
  services_.upstream_report.answered();  // now: a stream may end when nothing answers any more
  outcome_.status = head.status;
  outcome_.upstream_rejected = create_ != nullptr && head.status == 429;
  answered_ = true;
  return rules;
}

// Those that wait need not wait for the next look then.
void Exchange::note_end_of_task() {
  if (config_.routes.ends_task(outcome_.method, outcome_.target)) services_.admission.hint();
}

void Exchange::plan_answer(const http::ResponseRules& rules) {
  const http::ResponseHead& head = parser_->head();
  outcome_.stream = http::is_event_stream(head);
  if (outcome_.stream || !rules.keep_alive) generation_.reset();
  if (watch_ && outcome_.stream) watch_->tell_half_close();
  const bool may_keep = request_.keep_alive && !services_.draining && !uploading_;
  framing_.plan(head, rules, request_.client_minor_version, may_keep, create_ != nullptr,
                services_.spares.texts.take());
  upstream_.consume(head.size);
  services_.spares.parsers.give(std::move(parser_));
}

Task<> Exchange::relay_body(const http::ResponseRules& rules) {
  plan_answer(rules);
  std::optional<Recount> as_stream;
  if (outcome_.stream) {
    as_stream.emplace(services_.counts.active, services_.counts.streams);
    if (!sending_) release_head();
    if (!uploading_) watch_stream();
  }
  http::BodyScanner scanner(rules.body);
  upstream_.read_short(scanner.known_length());
  for (;;) {
    Peer::Parts piece = next_piece(scanner);
    const bool is_last = scanner.complete() && framing_.end().empty();
    std::optional<bool> passed = is_last ? last_to_client_now(piece) : to_client_now(piece);
    if (!passed) passed = co_await to_client(piece);
    if (framing_.has_head()) services_.spares.texts.give(framing_.take_head());
    if (scanner.failed()) cut_answer(scanner.fault());
    if (!*passed || scanner.failed()) co_return;
    if (const net::Pipes::Lease pipe = pipe_for(scanner)) {
      const bool whole = co_await relay_long(scanner, *pipe);
      if (!whole) co_return;
    }
    if (scanner.complete()) break;
    bool came = false;
    const bool end_is_told = stream_end_ && stream_end_->tells_reads();
    if (const auto room = upstream_.begin_read(end_is_told)) {
      const auto result = co_await upstream_.socket().async_read_some(*room, kTask);
      came = upstream_.end_read(result);
    } else {
      came = co_await upstream_.read_more(end_is_told);
    }
    if (came) continue;
    if (upstream_.fault() == PeerFault::eof && rules.body.kind == http::BodyKind::until_close) {
      break;
    }
    cut_answer();
    co_return;
  }
  Peer::Parts end{framing_.end()};
  std::optional<bool> passed = last_to_client_now(end);
  if (!passed) passed = co_await to_client(end);
  if (*passed) finish_body();
}

// For its reads; those of a stream that began beside an upload, which closes the connection under
// the watch where it goes wrong, look for the end themselves.
void Exchange::watch_stream() {
  stream_end_ = std::make_unique<net::HangupWatch::Guard>(
      services_.watch, upstream_.socket().native_handle(), [this] { upstream_.look_again(); });
  stream_end_->begin_for_reads(upstream_.socket());
}

// What has come of the body, which goes out at once.
Peer::Parts Exchange::next_piece(http::BodyScanner& scanner) {
  const std::string_view received = upstream_.received();
  const std::size_t taken = framing_.take(received, scanner);
  if (create_ != nullptr) create_->passed(framing_.content());
  outcome_.bytes_down += framing_.piece().size();
  upstream_.consume(taken);
  return framing_.parts();
}

// The rest of a body whose length is known. False: it was cut, or the client has gone.
Task<bool> Exchange::relay_long(http::BodyScanner& scanner, net::Pipe& pipe) {
  upstream_.release_buffer();
  while (!scanner.complete()) {
    const bool came = co_await upstream_.read_into(pipe, scanner.known_length());
    if (!came) {
      cut_answer();
      co_return false;
    }
    outcome_.bytes_down += pipe.held();
    scanner.skip(pipe.held());
    std::optional<bool> passed = to_client_now(pipe);
    if (!passed) passed = co_await to_client(pipe);
    if (!*passed) co_return false;
  }
  co_return true;
}

void Exchange::finish_body() {
  if (create_ != nullptr) create_->finished();
  if (client_gone_) return;
  // What is left over behind the answer must not become the next one.
  if (generation_ && upstream_.received().empty()) {
    services_.upstream.pool().put(std::move(upstream_.socket()), *generation_);
  }
  after_ = framing_.keep() ? After::keep : uploading_ ? After::linger : After::close;
}

Task<> Exchange::relay_tunnel() {
  std::string head;
  http::append_response(head, parser_->head(), {.connection = http::ConnectionField::upgrade});
  upstream_.consume(parser_->head().size);
  services_.spares.parsers.give(std::move(parser_));
  watch_.reset();
  outcome_.tunnel = true;
  Peer::Parts parts{head};
  const bool passed = co_await to_client(parts);
  if (!passed) co_return;
  const Recount as_tunnel(services_.counts.active, services_.counts.tunnels);
  const bool whole =
      co_await tunnel(client_, upstream_, outcome_, services_.watch, services_.pipes);
  if (whole) co_return;
  note_broken_tunnel();
  upstream_.reset();
  after_ = After::reset;
}

// Whoever broke it off, unless nothing moved or the gate ends. Once a side has ended its sending a
// reset by the upstream is no more than its close: something was still unread, or came for it then.
void Exchange::note_broken_tunnel() {
  if (client_.has_vanished() || client_.fault() == PeerFault::broken) client_left();
  if (upstream_.has_vanished()) {
    outcome_.upstream_error = UpstreamError::vanished;
  } else if (upstream_.fault() == PeerFault::broken && !upstream_.has_ended() &&
             !client_.has_ended()) {
    outcome_.upstream_error = UpstreamError::truncated;
  }
}

// The client must not take it for the whole: a length or chunks show it, a close does not, so that
// is a reset.
void Exchange::cut_answer(const char* answer_fault) {
  if (client_gone_) return;
  outcome_.answer_fault = answer_fault;
  if (upstream_.fault() == PeerFault::timeout) {
    outcome_.upstream_error = UpstreamError::response_timeout;
  } else if (upstream_.fault() != PeerFault::interrupted) {
    outcome_.upstream_error =
        upstream_.has_vanished() ? UpstreamError::vanished : UpstreamError::truncated;
  }
  after_ = framing_.ends_with_close() ? After::reset : After::close;
}

}  // namespace taskgate::proxy
