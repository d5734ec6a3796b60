// One request's way through the upstream: connect, send, relay the answer, tunnel. Loop thread
// only.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gate/gate.h"
#include "http/body.h"
#include "http/head.h"
#include "http/rules.h"
#include "net/hangup_watch.h"
#include "net/pacer.h"
#include "observe/outcome.h"
#include "proxy/answer_framing.h"
#include "proxy/outgoing.h"
#include "proxy/services.h"
#include "proxy/status_sniffer.h"
#include "proxy/stream.h"
#include "proxy/traffic.h"
#include "proxy/upstream_failure.h"
#include "proxy/upstream_pool.h"

namespace taskgate::proxy {

// What becomes of the client's connection.
enum class After : std::uint8_t {
  keep,    // the next request may come
  close,   // all was said: a plain close
  linger,  // the request was not read to its end: the close must not overtake the answer
  reset,   // the answer was cut: the client must see that
};

// Bounds on the head of an answer. The upstream is trusted more than clients are, but not without
// end.
inline constexpr std::size_t kAnswerHeadBytes = 256 * 1024;
inline constexpr std::size_t kAnswerHeadFields = 1000;

class Exchange {
 public:
  Exchange(Services& services, Stream& client, const config::Config& config, Outgoing outgoing,
           observe::Outcome& outcome);

  // Carries the exchange to its end. With a reservation (a gated create) nothing that the client
  // does ends it early, and the reservation's end is told to the gate.
  Task<After> run(gate::Reservation reservation);

  // Set when run() ended before anything was sent to the client: the caller answers.
  const std::optional<UpstreamFailure>& failure() const { return failure_; }

  // The request's head as it was sent, for an answer of the gate's own; empty once it was sent and
  // is larger than kKeptHead.
  std::string_view request_head() const { return outgoing_.head; }
  static constexpr std::size_t kKeptHead = 1024;

  // Makes a running run() end soon: the gate is about to exit.
  void interrupt();
  // What is held for its client is for others. Nothing that was answered looks whole then. False
  // for a gated create, which is carried to its end.
  bool give_way();

 private:
  bool reuse_connection();
  Task<bool> connect();
  // exchange_upload.cc
  Task<bool> send();
  Task<> upload();
  Task<bool> upload_long(net::Pipe& pipe);
  net::Pipes::Lease pipe_for(const http::BodyScanner& body);
  Task<> relay_answer();
  Task<bool> read_answer_head();
  Task<bool> send_again();
  Task<bool> pass_interim();
  std::optional<http::ResponseRules> check_final();
  void plan_answer(const http::ResponseRules& rules);
  Task<> relay_body(const http::ResponseRules& rules);
  Task<bool> read_body();
  Stream::Parts next_piece(http::BodyScanner& scanner);
  Task<bool> relay_long(http::BodyScanner& scanner, net::Pipe& pipe);
  void finish_body();
  Task<> relay_tunnel();
  template <typename Source>
  std::optional<bool> to_client_now(Source& source);
  template <typename Source>
  Task<bool> to_client(Source& source);

  void expect_answer();
  void client_left();
  void release_head();
  void refuse_body();
  void fail(observe::UpstreamError error, const char* answer_fault = nullptr);
  void fail_reading();
  void cut_answer(const char* answer_fault = nullptr);

  Services& services_;
  Stream& client_;
  const config::Config& config_;
  Outgoing outgoing_;
  observe::Outcome& outcome_;

  Stream upstream_;
  net::Pacer::Token token_;
  // Set while its connection may be left to another request.
  std::optional<UpstreamPool::Era> era_;
  bool may_send_again_ = false;  // on a connection that was left, of which nothing came yet
  std::optional<net::HangupWatch::Guard> watch_;
  http::ResponseParser parser_;
  http::BodyScanner upload_;
  AnswerFraming framing_;
  Traffic traffic_;

  // Of a gated create.
  bool gated_ = false;
  gate::Reservation reservation_;
  std::optional<gate::SocketCheck::Claim> claim_;
  StatusSniffer sniffer_;

  bool uploading_ = false;  // part of the request's body is still with the client
  bool answered_ = false;   // the final head is in
  bool done_ = false;       // the answer is over: the upload may stop
  bool client_gone_ = false;
  bool cut_ = false;      // the client's connection is to break off visibly
  bool writing_ = false;  // to the client
  After after_ = After::close;
  std::optional<UpstreamFailure> failure_;
};

}  // namespace taskgate::proxy
