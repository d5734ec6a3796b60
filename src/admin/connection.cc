#include "admin/connection.h"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <exception>
#include <memory>
#include <string>
#include <utility>

#include "admin/answer.h"
#include "admin/page.h"
#include "http/head.h"
#include "http/rules.h"
#include "net/linger.h"

namespace taskgate::admin {
namespace {

constexpr http::HeadLimits kHeadLimits{8 * 1024, 64};
constexpr std::size_t kReadSize = 1024;
constexpr std::size_t kLingerBytes = 64 * 1024;

// False: the client ended before its head did.
Task<bool> read_head(TcpSocket& socket, http::RequestParser& parser, std::string& received) {
  while (parser.parse(received) == http::Progress::need_more) {
    const std::size_t before = received.size();
    received.resize(before + kReadSize);
    const auto [error, count] =
        co_await socket.async_read_some(asio::buffer(received.data() + before, kReadSize), kTask);
    received.resize(before + count);
    if (error) co_return false;
  }
  co_return true;
}

Answer too_many_streams() {
  Answer answer =
      plain(503, "Too many clients watch already; GET /status shows the state as well.");
  answer.fields = "Retry-After: 5\r\n";
  return answer;
}

using SharedAnswer = std::shared_ptr<const Answer>;

SharedAnswer share(Answer answer) {
  return std::make_shared<const Answer>(std::move(answer));
}

Task<SharedAnswer> answer_to(const http::RequestHead& head, const Services& services) {
  const auto rules = http::examine(head);
  if (!rules) co_return share(plain(rules.error().status, rules.error().reason));
  const Endpoint* endpoint = find_endpoint(head.target);
  if (endpoint == nullptr) {
    co_return share(plain(404, "There is no such page; / shows the gate's state."));
  }
  if (head.method != "GET" && head.method != "HEAD") {
    Answer answer = plain(405, "This port is read only.");
    answer.fields = "Allow: GET, HEAD\r\n";
    co_return share(std::move(answer));
  }
  if (rules->body.kind != http::BodyKind::none) {
    co_return share(plain(413, "A request to this port has no body."));
  }
  if (endpoint->cost == Cost::endless && services.streams.full()) {
    co_return share(too_many_streams());
  }
  const auto rounds = services.rounds.find(endpoint);
  if (rounds == services.rounds.end()) co_return share(answer_of(*endpoint, services.sources));
  co_return co_await rounds->second.next();
}

}  // namespace

Answer answer_of(const Endpoint& endpoint, const Sources& sources) {
  try {
    return endpoint.answer(sources);
  } catch (const std::exception& failure) {
    return plain(500, std::string("The answer could not be made: ") + failure.what() + ".");
  }
}

Task<> serve(Connection& connection, const Services& services) {
  using Phase = Connection::Phase;
  TcpSocket& socket = connection.socket;
  std::string received;
  http::RequestParser parser(kHeadLimits);
  const bool head_is_in = co_await read_head(socket, parser, received);
  if (!head_is_in) co_return;
  const bool failed = parser.parse(received) == http::Progress::failed;
  SharedAnswer answer;
  connection.turn(Phase::answering);
  if (failed) {
    answer = share(plain(parser.refusal().status, parser.refusal().reason));
  } else {
    answer = co_await answer_to(parser.head(), services);
  }
  connection.turn(Phase::writing);
  // The server may have closed the socket while the answer was made.
  if (answer == nullptr || !socket.is_open()) co_return;
  if (!answer->nonce_mark.empty()) answer = share(with_nonce(*answer, make_nonce()));
  const bool with_body = failed || parser.head().method != "HEAD";
  std::string head = head_of(*answer);
  if (answer->endless && with_body) {
    connection.unlink();
    const Form form = form_of(parser.head().target);
    co_return co_await services.streams.carry(socket, std::move(head), form);
  }
  const std::string_view body = with_body ? std::string_view(answer->body) : std::string_view();
  const std::array<asio::const_buffer, 2> message{asio::buffer(head), asio::buffer(body)};
  const auto [error, sent] = co_await asio::async_write(socket, message, kTask);
  connection.turn(Phase::silent);
  if (error) co_return;
  const auto is_closed = [&socket] { return !socket.is_open(); };
  co_await net::linger(socket, kLingerBytes, is_closed);
}

}  // namespace taskgate::admin
