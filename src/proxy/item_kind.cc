#include "proxy/item_kind.h"

#include <algorithm>

#include "base/text.h"
#include "http/body.h"
#include "http/rewrite.h"
#include "http/rules.h"
#include "proxy/json_body.h"

namespace taskgate::proxy {
namespace {

constexpr Duration kLimit = std::chrono::seconds(5);
constexpr std::size_t kBodyLimit = 256 * 1024;

struct KindAnswer {
  int status = 0;  // 0: none that can be read
  std::string body;
  std::size_t charged = 0;  // for it
};

// One that cannot be read leaves the status 0.
Task<> read_answer(Peer& peer, KindAnswer& answer) {
  http::ResponseParser parser({.bytes = 64 * 1024, .fields = 200});
  http::Progress progress = parser.parse(peer.received());
  while (progress == http::Progress::need_more) {
    const bool came = co_await peer.read_more();
    if (!came) co_return;
    progress = parser.parse(peer.received());
  }
  if (progress == http::Progress::failed) co_return;
  const auto rules = http::examine(parser.head(), "GET");
  if (rules.fault != nullptr) co_return;
  const int status = parser.head().status;
  peer.consume(parser.head().size);
  http::BodyScanner scanner(rules.body);
  for (;;) {
    peer.consume(scanner.feed(peer.received(), &answer.body));
    peer.holder().recharge(answer.charged, answer.body.capacity());
    answer.charged = answer.body.capacity();
    if (scanner.complete()) break;
    if (scanner.failed() || answer.body.size() > kBodyLimit) co_return;
    const bool came = co_await peer.read_more();
    if (came) continue;
    if (peer.fault() == PeerFault::eof && rules.body.kind == http::BodyKind::until_close) break;
    co_return;
  }
  answer.status = status;
}

// Fields that describe the launch's body or the answer that is wanted for it.
bool is_about_the_launch(const http::Field& field) {
  constexpr std::string_view kNames[] = {"transfer-encoding", "trailer", "expect",      "range",
                                         "idempotency-key",   "prefer",  "max-forwards"};
  constexpr std::string_view kBeginnings[] = {"content-", "accept", "if-"};
  return std::ranges::any_of(
             kNames,
             [&](std::string_view name) { return equals_ignoring_case(field.name, name); }) ||
         std::ranges::any_of(kBeginnings, [&](std::string_view begin) {
           return equals_ignoring_case(field.name.substr(0, begin.size()), begin);
         });
}

ItemKind judge(const KindAnswer& answer, const route::Rule& rule) {
  if (answer.status == 404) return ItemKind::other;
  if (answer.status != 200) return ItemKind::creates;
  JsonBody json(answer.body, kBodyLimit);
  const boost::json::value* kind = json.find(rule.kind_pointer);
  if (kind == nullptr || !kind->is_string()) return ItemKind::creates;
  const std::string_view name{kind->get_string().data(), kind->get_string().size()};
  return name == rule.kind_creates ? ItemKind::creates : ItemKind::other;
}

}  // namespace

std::string kind_question(const http::RequestHead& launch, std::string_view target) {
  const std::string line = "GET " + std::string(target) + " HTTP/1.1\r\n";
  http::RequestHead question = launch;
  question.method = "GET";
  question.target = target;
  question.request_line = line;
  std::erase_if(question.fields, is_about_the_launch);
  std::string head;
  http::append_request(head, question, {});
  const bool has_host = http::find_field(launch.fields, "host") != nullptr;
  head.insert(head.size() - 2, std::string("Accept: application/json\r\nConnection: close\r\n") +
                                   (has_host ? "" : "Host: localhost\r\n"));
  return head;
}

Task<ItemKind> ask_item_kind(Upstream& upstream, Peer& peer, const config::Config& config,
                             const route::Match& match, const http::RequestHead& launch) {
  const std::string request = kind_question(launch, match.kind_target);
  HeldBytes::Holder& holder = peer.holder();
  holder.recharge(0, request.size());
  net::Pacer::Token token;
  KindAnswer answer;
  const auto error = co_await upstream.connect(peer, token, config.timeouts.connect);
  if (!error) {
    peer.deadline().set(kLimit);
    const bool sent = co_await peer.write(request);
    if (sent) co_await read_answer(peer, answer);
  }
  holder.recharge(request.size() + answer.charged, 0);
  co_return judge(answer, *match.rule);
}

}  // namespace taskgate::proxy
