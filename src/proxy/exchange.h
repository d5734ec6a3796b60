// One request's way through the upstream: connect, send, relay the answer, tunnel. Loop thread
// only.
//
// # Who may end whom
//
// An exchange is one coroutine, and two while a part of the request's body is still with the
// client: then the *upload* (exchange_upload.cc) runs beside the *answer* (exchange_answer.cc), and
// run() goes on when both have ended. Neither is ever cancelled. Whoever ends the other does so
// through the peer that the other waits on, which makes its operation fail, and leaves a mark
// that says why; so each ends in its own code, and what it holds is given back in one place.
//
// The answer ends the upload. When its last byte has passed, or it broke, `done_` is set, the
// upload's read from the client is cancelled (the client's connection stays usable, for what is
// still to be said on it) and its write to the upstream is interrupted. What the client still has
// of the body stays unread, and the connection lingers (After::linger).
//
// A body that was read whole before is sent beside the answer, too, where the upstream does not
// take all of it at once: it may answer before. Its end is the upload's, but for the client, which
// has no part in it.
//
// The upload does not end the answer when the upstream takes no more: an upstream that stops
// reading may still say why. It does where its body is malformed: what the upstream got must not
// look whole, so its connection is reset. Before the answer's head that is a refusal, behind it a
// cut.
//
// The client ends all of it by leaving, which whoever reads from it or writes to it finds out, or
// else the watch: it lies on every client that may end something, since during a long answer
// nobody reads. client_left() interrupts the upstream, and a reset at the end tells the upstream.
// A half-close is no farewell, except behind an event stream, which has no other one.
//
// A create that was admitted is not ended by its client: the upstream runs it all the same, and
// what it makes has to be counted. It has no watch; what its answer still brings is read to the end
// and dropped. It ends with its answer, with the upstream's failure, with timeouts.create, or with
// the process.
//
// The upstream ends all of it by failing. Before the answer's head is in, nothing was said to the
// client: fail() leaves a failure() that the caller answers. Later the answer is cut: cut_answer()
// takes care that the client can see it.
//
// From outside there are two. interrupt() ends whatever runs, since the process ends. give_way()
// ends what holds memory that others wait for, and not a create; the client is told by a 503 where
// nothing was said yet, and by a cut else.
//
// Silence ends all of it: where nothing moves for timeouts.idle, both peers' operations fail. While
// the upload waits for its client that is a refusal, where an answer is under way it is a cut.
//
// In a tunnel both sides are read, so that the watch is taken off, and one direction's end becomes
// the other side's half-close.
//
// # Why nothing is lost
//
// A create's outcome is said exactly once: not_sent() where connect() or the first write fails,
// answered() in check_final(), lost() where relay_answer() ends without either; every way out of
// run() leads through one of these, and a frame that is destroyed on its way counts as lost by its
// destructor. The pacer's token is released by the first byte of an answer, or by the end of
// relay_answer(), or by its destructor. A request that may be sent again keeps its head for as
// long as it may. Bytes are consumed from one side's buffer when the other side has them,
// or when there is no other side any more.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/body.h"
#include "http/head.h"
#include "http/rules.h"
#include "net/hangup_watch.h"
#include "net/pacer.h"
#include "observe/outcome.h"
#include "proxy/answer_framing.h"
#include "proxy/create.h"
#include "proxy/idle_limit.h"
#include "proxy/peer.h"
#include "proxy/services.h"
#include "proxy/upstream_failure.h"
#include "proxy/upstream_pool.h"
#include "proxy/upstream_request.h"

namespace taskgate::proxy {

// What becomes of the client's connection.
enum class After : std::uint8_t {
  keep,    // the next request may come
  close,   // all was said: a plain close
  linger,  // the request was not read to its end: the close must not overtake the answer
  reset,   // the answer was cut: the client must see that
};

class Exchange {
 public:
  // `request` is the exchange's as long as it lives, though its place is the caller's. `create`:
  // where it is one that was admitted, else null. Nothing that its client does ends it early, and
  // it is told what becomes of it.
  Exchange(Services& services, Peer& client, const config::Config& config, UpstreamRequest& request,
           observe::Outcome& outcome, Create* create);
  // Where run() has failed by an exception, neither side may take what it got for the whole.
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  // Carries the exchange to its end.
  Task<After> run();

  // Set when run() ended before anything was sent to the client: the caller answers.
  const std::optional<UpstreamFailure>& failure() const { return failure_; }

  // The request's head as it was sent, for an answer of the gate's own; empty once it was sent and
  // is larger than kKeptHead.
  std::string_view request_head() const { return request_.head; }
  static constexpr std::size_t kKeptHead = 1024;

  // Makes a running run() end soon: the gate is about to exit.
  void interrupt();
  // What is held for its client for speed alone is for others.
  void shrink() { upstream_.shrink_buffer(); }
  // ... and all of it. Nothing that was answered looks whole then. False
  // where it outlives its client.
  bool give_way();

 private:
  // The upstream runs a create even when nobody waits for the answer.
  bool outlives_client() const { return create_ != nullptr; }

  // exchange.cc
  bool reuse_connection();
  Task<bool> connect(std::optional<ErrorCode> begun);
  Task<bool> send_again();
  Task<bool> send_anew();
  void client_left();
  void fail(observe::UpstreamError error, const char* answer_fault = nullptr);
  void fail_reading();

  // exchange_upload.cc
  struct Opening {
    Peer::Parts parts;        // what is still to be sent: the head, and what is here of the body
    std::size_t of_body = 0;  // that is in the client's buffer
  };
  std::optional<bool> send_now(Opening& opening);
  Task<bool> send_rest(Opening& opening);
  bool may_be_answered_meanwhile() const;
  Task<> send_beside_answer(Opening& opening);
  bool was_sent(bool sent, const Opening& opening);
  void release_head();
  void refuse_body(const http::Refusal& refusal);
  void give_up_body(const http::Refusal& refusal);
  void body_stopped();
  bool waits_to_be_told() const;
  Task<> upload();
  net::Pipes::Lease pipe_for(const http::BodyScanner& body);
  Task<bool> upload_long(net::Pipe& pipe);
  void expect_answer();

  // exchange_answer.cc
  enum class Next : std::uint8_t { read, pass_interim, send_anew, pass_final, end };
  // `opened_now`: the upstream's connection was opened in this turn of the loop.
  Task<> relay_answer(bool opened_now = false);
  Next look_at_head();
  template <typename Source>
  std::optional<bool> to_client_now(Source& source);
  std::optional<bool> last_to_client_now(Peer::Parts& parts);
  std::optional<bool> goes_on_behind(Peer::Sent sent);
  template <typename Source>
  Task<bool> to_client(Source& source);
  Task<bool> pass_interim();
  std::optional<http::ResponseRules> check_final();
  void note_end_of_task();
  void plan_answer(const http::ResponseRules& rules);
  Task<> relay_body(const http::ResponseRules& rules);
  void watch_stream();
  Peer::Parts next_piece(http::BodyScanner& scanner);
  Task<bool> relay_long(http::BodyScanner& scanner, net::Pipe& pipe);
  void finish_body();
  Task<> relay_tunnel();
  void note_broken_tunnel();
  void cut_answer(const char* answer_fault = nullptr);

  Services& services_;
  Peer& client_;
  const config::Config& config_;
  UpstreamRequest& request_;
  observe::Outcome& outcome_;
  Create* const create_;

  Peer upstream_;
  std::unique_ptr<IdleLimit> idle_limit_;  // none where there is no limit
  net::Pacer::Token token_;
  // Set while its connection may be left to another request.
  std::optional<UpstreamPool::Generation> generation_;
  std::optional<net::HangupWatch::Guard> watch_;
  std::unique_ptr<net::HangupWatch::Guard> stream_end_;  // of the upstream's events
  // Of a head that comes, until it is planned how the answer goes on.
  std::unique_ptr<http::ResponseParser> parser_;
  http::BodyScanner upload_;
  AnswerFraming framing_;

  bool on_left_connection_ = false;  // by an earlier request
  bool may_send_again_ = false;      // on such a one, of which nothing came yet
  bool uploading_ = false;           // part of the request's body is still with the client
  bool sending_ = false;             // part of a body that was read whole is still here
  bool answered_ = false;            // the final head is in
  bool done_ = false;                // the answer is over: the upload may stop
  bool client_gone_ = false;
  bool has_run_ = false;  // to its end
  bool cut_ = false;      // the client's connection is to break off visibly
  bool writing_ = false;  // to the client
  After after_ = After::close;
  std::optional<UpstreamFailure> failure_;
};

// Of blocks of up to this size glibc keeps freed ones at hand: what only few need has its own.
static_assert(sizeof(Exchange) <= 1032);

}  // namespace taskgate::proxy
