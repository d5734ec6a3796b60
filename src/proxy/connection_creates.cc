// The part of a connection's life that only creates have: the body is read whole, the gate is
// asked, and what it admits is sent.
#include <utility>

#include "proxy/connection.h"
#include "proxy/demand.h"
#include "proxy/gated_body.h"
#include "proxy/item_kind.h"

namespace taskgate::proxy {

Task<After> Connection::handle_create(const http::RequestRules& rules, route::Match&& match) {
  outcome_.route = match.rule->name;
  outcome_.path_id = std::move(match.path_id);
  outcome_.create = true;
  identify();
  const std::size_t head = parser_.head().size;
  const auto body = gated_body_at_hand(client_.received().substr(head), rules, *config_);
  if (!body) {
    hold_head();
    return read_create(rules, std::move(match));
  }
  std::string bytes(*body);
  // In a small buffer it may as well stay: until the head has gone on nothing is read.
  if (client_.has_grown()) {
    hold_head();
  } else {
    client_.consume(head);
  }
  client_.consume(bytes.size());
  return handle_whole(std::move(match), false, std::move(bytes));
}

Task<After> Connection::read_create(http::RequestRules rules, route::Match match) {
  GatedBody body = co_await read_gated_body(client_, rules, *config_);
  if (!gave_way_) {
    if (body.end == GatedBody::End::client_left) co_return not_taken();
    if (body.end == GatedBody::End::refused) co_return co_await refuse(body.refusal);
  }
  const bool was_chunked = rules.body.kind == http::BodyKind::chunked;
  co_return co_await handle_whole(std::move(match), was_chunked, std::move(body.bytes));
}

Task<After> Connection::handle_whole(route::Match&& match, bool was_chunked, std::string body) {
  if (gave_way_) {
    std::string().swap(body);
    return answer_that_it_gave_way();
  }
  if (!held_head_.empty()) client_.release_buffer();
  if (match.kind_target.empty()) return admit(*match.rule, was_chunked, std::move(body));
  return launch(std::move(match), was_chunked, std::move(body));
}

// Only some kinds of items create a task. The item's kind is asked for when nothing of the launch
// is to be waited for any more, and no change of the item that passes the gate comes between.
Task<After> Connection::launch(route::Match match, bool was_chunked, std::string body) {
  {
    const ItemOrder::Hold hold =
        co_await services_.items.enter(match.kind_target, ItemOrder::Touch::launch);
    bool creates = true;
    if (hold) {
      const bool is_task = co_await creates_task(match);
      creates = is_task || hold.is_overtaken();
    }
    if (!creates) {
      outcome_.create = false;
      co_return co_await forward_whole(was_chunked, std::move(body), {});
    }
  }
  co_return co_await admit(*match.rule, was_chunked, std::move(body));
}

Task<bool> Connection::creates_task(const route::Match& match) {
  Peer question(TcpSocket(services_.loop), services_.deadlines, *this,
                services_.spares.answer_buffers);
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

// `rule` is the configuration's, which the request keeps. Here is only what waits: each of a crowd
// has such a frame, and Asio keeps none of more than 1,020 bytes at hand.
Task<After> Connection::admit(const route::Rule& rule, bool was_chunked, std::string body) {
  const TimePoint asked = Clock::now();
  std::optional<Admission::Asking> asking;
  ask_gate(asking, rule, body, asked);
  while (asking->waits()) co_await asking->wake().async_wait(kTask);
  note_decision(*asking, asked);
  if (!outcome_.verdict->refused()) co_return co_await follow(asking, rule, was_chunked, body);
  asking.reset();
  std::string rest;
  if (const std::optional<After> after = refuse_create(rest)) co_return *after;
  co_return co_await answer_rest(std::move(rest), after_whole_request());
}

void Connection::ask_gate(std::optional<Admission::Asking>& asking, const route::Rule& rule,
                          std::string_view body, TimePoint now) {
  asking.emplace(services_.admission, demand(rule, body), client_.socket().native_handle(), now);
  asking_ = &*asking;
  if (gave_way_) asking->withdraw();
}

void Connection::note_decision(Admission::Asking& asking, TimePoint asked) {
  const TimePoint now = Clock::now();
  request_.decided = std::chrono::system_clock::now();
  asking_ = nullptr;
  const gate::Verdict& verdict = outcome_.verdict.emplace(asking.conclude(now));
  outcome_.waited = now - asked;
  if (verdict.waited_since) {
    outcome_.waited_for_slot = verdict.waited_until.value_or(now) - *verdict.waited_since;
  }
  if (verdict.in_line_since) outcome_.waited_in_line = now - *verdict.in_line_since;
}

// It was admitted, or is withdrawn.
Task<After> Connection::follow(std::optional<Admission::Asking>& asking, const route::Rule& rule,
                               bool was_chunked, std::string& body) {
  if (!asking->is_admitted()) {
    asking.reset();
    if (!gave_way_) return leave();
    std::string().swap(body);
    return answer_that_it_gave_way();
  }
  Create create = asking->take();
  asking.reset();
  if (!rule.session.empty()) {
    create.expect_name(rule, outcome_.ids.request_id, outcome_.path_id, *this);
  }
  return forward_whole(was_chunked, std::move(body), std::move(create));
}

Task<After> Connection::leave() {
  note_client_gone();
  co_return After::close;
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

// Not a part of admit(): of all creates that wait for their decision, few come here.
Task<After> Connection::forward_whole(bool was_chunked, std::string body, Create create) {
  http::RequestEdits edits{.drop_expect = true};
  if (was_chunked) edits.content_length = body.size();
  UpstreamRequest request = prepare(edits, {});
  discharge_text(held_head_.size());
  std::string().swap(held_head_);
  request.body = std::move(body);
  Create* const admitted = create ? &create : nullptr;
  co_return co_await exchange(std::move(request), admitted);
}

}  // namespace taskgate::proxy
