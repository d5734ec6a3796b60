// The life of one client connection, from accept to close. It is owned by its coroutine's frame.
// Loop thread only.
#pragma once

#include <boost/intrusive/list.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/head.h"
#include "http/rewrite.h"
#include "http/rules.h"
#include "observe/outcome.h"
#include "proxy/exchange.h"
#include "proxy/own_answers.h"
#include "proxy/peer.h"
#include "proxy/request_plan.h"
#include "proxy/services.h"

namespace taskgate::proxy {

class Connection : public HeldBytes::Holder,
                   public boost::intrusive::list_base_hook<
                       boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  // `resumed`: it was parked, so it has had requests before.
  Connection(Services& services, TcpSocket socket, bool resumed);
  ~Connection() override;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Requests, one after the other, until the connection ends.
  Task<> serve();

  // Whether it is between two requests, and nothing of the next one has come: neither a part of its
  // head nor all of it, which then waits for room.
  bool is_silent() const {
    return idle_ && progress_ != http::Progress::complete && !parser_.has_begun();
  }
  bool reads_head() const { return idle_ && !is_silent(); }
  // Adds what the exchange under way, if any, has relayed so far.
  void add_relayed(observe::ByteCounts& to) const;
  // A drain: closes it if it is silent.
  void end_if_silent();
  // Ends it soon, whatever it does.
  void interrupt();

 private:
  struct Request {
    TimePoint began{};
    int minor_version = 1;
    bool keep_alive = false;                          // the client's wish
    std::chrono::system_clock::time_point decided{};  // when its verdict came
  };

  // connection.cc
  void begin_request();
  void note_client_address();
  void record();
  void sum_up_refusal(TimePoint now);
  void log_line(TimePoint now);
  Task<> finish(After after);
  void forget_head();
  Task<After> handle();
  Task<After> carry_out(RequestPlan&& plan, const http::RequestRules& rules);
  Task<After> forward_without_body(http::RequestRules rules);
  After after_whole_request() const;
  void note_client_gone();
  void note_ids();
  void hold_head();
  bool has_many_fields() const;
  void drop_fields();

  // between_requests.cc
  Task<bool> read_head();
  void limit_head();
  std::size_t charge_lines(std::size_t before);
  Duration silence_limit() const;
  bool was_silent() const;
  bool park();

  // connection_creates.cc
  Task<After> handle_create(const http::RequestRules& rules, route::Match&& match);
  Task<After> read_create(http::RequestRules rules, route::Match match);
  Task<After> handle_whole(route::Match&& match, bool was_chunked, std::string body);
  Task<After> launch(route::Match match, bool was_chunked, std::string body);
  Task<bool> creates_task(const route::Match& match);
  Task<After> forward_change(http::RequestRules rules, std::string item);
  Task<After> admit(const route::Rule& rule, bool was_chunked, std::string body);
  void ask_gate(std::optional<Admission::Asking>& asking, const route::Rule& rule,
                std::string_view body, TimePoint now);
  void note_decision(Admission::Asking& asking, TimePoint asked);
  Task<After> follow(std::optional<Admission::Asking>& asking, const route::Rule& rule,
                     bool was_chunked, std::string& body);
  Task<After> leave();
  gate::Demand demand(const route::Rule& rule, std::string_view body);
  Task<After> forward_whole(bool was_chunked, std::string body, Create create);

  // connection_exchange.cc
  Task<After> forward(const http::RequestRules& rules, http::RequestEdits edits);
  Task<After> exchange_after_continue(UpstreamRequest request);
  Task<After> exchange(UpstreamRequest request, Create* create);
  void end_exchange();
  UpstreamRequest prepare(http::RequestEdits edits, const http::BodyFraming& relayed);

  // connection_answers.cc
  std::optional<After> refuse_create(std::string& rest);
  Task<After> refuse(const http::Refusal& refusal);
  Task<After> refuse_head(http::Refusal refusal);
  Task<After> answer_error(int status, std::string_view reason, After after);
  Task<After> answer_for_last_hop();
  Task<After> answer(int status, std::string message, After after);
  std::optional<After> answer_now(int status, Peer::Parts& message, After after);
  Task<After> answer_rest(std::string rest, After after);
  After not_taken();
  Envelope envelope(After after);
  Persistence persistence(After after) const;
  void identify();
  void give_id();

  // giving_way.cc
  Task<> wait_for_room();
  void shrink() override;
  bool give_way() override;
  Task<After> answer_that_it_gave_way();

  Services& services_;
  Peer client_;
  std::shared_ptr<const config::Config> config_;  // of the request under way
  http::RequestParser parser_;
  http::Progress progress_ = http::Progress::need_more;
  std::string held_head_;       // of the request under way, where hold_head() was called
  std::string request_line_;    // of the request under way, for the log and the answer's rules
  std::string client_address_;  // where it is forwarded
  // Both are made anew for each request; the texts above keep their memory for the next one.
  observe::Outcome outcome_;
  Request request_;
  Duration patience_{};  // with its silence, before it is parked
  bool first_;
  bool idle_ = true;
  Exchange* exchange_ = nullptr;         // under way
  Peer* question_ = nullptr;             // about an item's kind, under way
  Admission::Asking* asking_ = nullptr;  // while its create waits for the decision
};

}  // namespace taskgate::proxy
