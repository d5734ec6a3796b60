#include "proxy/item_kind.h"

#include <boost/json/parse.hpp>
#include <string>

#include "http/body.h"
#include "http/head.h"
#include "http/rules.h"

namespace taskgate::proxy {
namespace {

constexpr Duration kLimit = std::chrono::seconds(5);
constexpr std::size_t kBodyLimit = 256 * 1024;

struct Answer {
  int status = 0;  // 0: none that can be read
  std::string body;
};

Task<Answer> read_answer(Stream& stream) {
  http::ResponseParser parser({.bytes = 64 * 1024, .fields = 200});
  http::Progress progress = parser.parse(stream.received());
  while (progress == http::Progress::need_more) {
    const bool came = co_await stream.read_more();
    if (!came) co_return Answer{};
    progress = parser.parse(stream.received());
  }
  if (progress == http::Progress::failed) co_return Answer{};
  const auto rules = http::examine(parser.head(), "GET");
  if (rules.fault != nullptr) co_return Answer{};
  Answer answer{parser.head().status, {}};
  stream.consume(parser.head().size);
  http::BodyScanner scanner(rules.body);
  for (;;) {
    stream.consume(scanner.feed(stream.received(), &answer.body));
    if (scanner.complete()) co_return answer;
    if (scanner.failed() || answer.body.size() > kBodyLimit) co_return Answer{};
    const bool came = co_await stream.read_more();
    if (came) continue;
    const bool whole =
        stream.fault() == StreamFault::eof && rules.body.kind == http::BodyKind::until_close;
    co_return whole ? answer : Answer{};
  }
}

ItemKind judge(const Answer& answer, const route::Rule& rule) {
  if (answer.status == 404) return ItemKind::other;
  if (answer.status != 200) return ItemKind::creates;
  boost::system::error_code error;
  const boost::json::value json = boost::json::parse(answer.body, error);
  if (error) return ItemKind::creates;
  const boost::json::value* kind = json.find_pointer(rule.kind_pointer, error);
  if (kind == nullptr || !kind->is_string()) return ItemKind::creates;
  const std::string_view name{kind->get_string().data(), kind->get_string().size()};
  return name == rule.kind_creates ? ItemKind::creates : ItemKind::other;
}

}  // namespace

Task<ItemKind> ask_item_kind(Upstream& upstream, Stream& stream, const config::Config& config,
                             const route::Match& match, std::string_view host) {
  Pacer::Token token;
  const auto error = co_await upstream.connect(stream, token, config.timeouts.connect);
  if (error) {
    co_return ItemKind::creates;
  }
  std::string request = "GET " + match.kind_target + " HTTP/1.1\r\nHost: ";
  request += host;
  request += "\r\nAccept: application/json\r\nConnection: close\r\n\r\n";
  stream.deadline().set(kLimit);
  const bool sent = co_await stream.write(request);
  if (!sent) co_return ItemKind::creates;
  const Answer answer = co_await read_answer(stream);
  co_return judge(answer, *match.rule);
}

}  // namespace taskgate::proxy
