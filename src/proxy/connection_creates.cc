// The part of a connection's life that only creates have: the body is read whole, the gate is
// asked, and what it admits is sent.
#include <utility>

#include "proxy/connection.h"
#include "proxy/demand.h"
#include "proxy/gated_body.h"
#include "proxy/item_kind.h"

namespace taskgate::proxy {

Task<After> Connection::handle_create(http::RequestRules rules, route::Match match) {
  outcome_.route = match.rule->name;
  outcome_.path_id = std::move(match.path_id);
  outcome_.create = true;
  note_ids();
  give_id();
  hold_head();
  GatedBody body = co_await read_gated_body(client_, rules, *config_);
  if (gave_way_) {
    std::string().swap(body.bytes);
    co_return co_await answer_that_it_gave_way();
  }
  if (body.end == GatedBody::End::client_left) co_return not_taken();
  if (body.end == GatedBody::End::refused) co_return co_await refuse(body.refusal);
  client_.release_buffer();
  if (match.kind_target.empty()) co_return co_await admit(rules, match, std::move(body.bytes));
  co_return co_await launch(rules, match, std::move(body.bytes));
}

// Only some kinds of items create a task. The item's kind is asked for when nothing of the launch
// is to be waited for any more, and no change of the item that passes the gate comes between.
Task<After> Connection::launch(const http::RequestRules& rules, const route::Match& match,
                               std::string body) {
  {
    const ItemOrder::Hold hold =
        co_await services_.items.enter(match.kind_target, ItemOrder::Touch::launch);
    bool creates = true;
    if (hold) creates = co_await creates_task(match);
    if (!creates) {
      outcome_.create = false;
      co_return co_await forward_whole(rules, std::move(body), {});
    }
  }
  co_return co_await admit(rules, match, std::move(body));
}

Task<bool> Connection::creates_task(const route::Match& match) {
  Peer question(TcpSocket(services_.loop), services_.deadlines, *this, kBufferForAnswers);
  question_ = &question;
  const ItemKind kind =
      co_await ask_item_kind(services_.upstream, question, *config_, match, parser_.head());
  question_ = nullptr;
  co_return kind == ItemKind::creates;
}

// A request that may change an item waits until the upstream has read what it launches.
Task<After> Connection::forward_change(http::RequestRules rules, std::string item) {
  const ItemOrder::Hold hold =
      co_await services_.items.enter(std::move(item), ItemOrder::Touch::change);
  if (gave_way_) co_return co_await answer_that_it_gave_way();
  co_return co_await forward(rules, {});
}

Task<After> Connection::admit(const http::RequestRules& rules, const route::Match& match,
                              std::string body) {
  const TimePoint asked = Clock::now();
  Withdrawal withdrawal;
  withdrawal_ = &withdrawal;
  if (gave_way_) withdrawal.ask();
  Create create = co_await services_.admission.admit(
      demand(*match.rule, body), client_.socket().native_handle(), withdrawal, outcome_.verdict);
  withdrawal_ = nullptr;
  note_decision(asked);
  if (outcome_.verdict->decision == gate::Decision::withdrawn) {
    if (gave_way_) {
      std::string().swap(body);
      co_return co_await answer_that_it_gave_way();
    }
    note_client_gone();
    co_return After::close;
  }
  if (!create) co_return co_await refuse_create();
  if (!match.rule->session.empty()) {
    create.expect_name(*match.rule, outcome_.ids.request_id, outcome_.path_id, *this);
  }
  co_return co_await forward_whole(rules, std::move(body), std::move(create));
}

gate::Demand Connection::demand(const route::Rule& rule, std::string_view body) {
  JsonBody json(body);
  gate::Demand demand = demand_of(*config_, rule, parser_.head(), json);
  demand.path_id = outcome_.path_id;
  outcome_.has_class = !config_->classes.empty();
  if (outcome_.has_class) {
    const std::string_view name = class_of(*config_, rule, parser_.head(), json);
    demand.class_id = services_.admission.class_id(name);
  }
  return demand;
}

void Connection::note_decision(TimePoint asked) {
  const TimePoint now = Clock::now();
  const gate::Verdict& verdict = *outcome_.verdict;
  outcome_.waited = now - asked;
  if (verdict.waited_since) outcome_.waited_for_slot = now - *verdict.waited_since;
  if (verdict.in_line_since) outcome_.waited_in_line = now - *verdict.in_line_since;
}

// Not a part of admit(): of all creates that wait for their decision, few come here.
Task<After> Connection::forward_whole(const http::RequestRules& rules, std::string body,
                                      Create create) {
  http::RequestEdits edits{.drop_expect = true};
  if (rules.body.kind == http::BodyKind::chunked) edits.content_length = body.size();
  UpstreamRequest request = prepare(edits, {});
  discharge_text(held_head_.size());
  std::string().swap(held_head_);
  request.body = std::move(body);
  Create* const admitted = create ? &create : nullptr;
  co_return co_await exchange(std::move(request), admitted);
}

}  // namespace taskgate::proxy
