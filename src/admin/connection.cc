#include "admin/connection.h"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <exception>
#include <string>

#include "admin/answer.h"
#include "admin/endpoints.h"
#include "admin/on_pool.h"
#include "http/head.h"
#include "http/rules.h"
#include "observe/access_log.h"

namespace taskgate::admin {
namespace {

constexpr http::HeadLimits kHeadLimits{8 * 1024, 64};
constexpr std::size_t kReadSize = 1024;
constexpr std::size_t kMaxDrained = 64 * 1024;

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

// The list of a field that stands in several lines (RFC 9110 section 5.3).
std::string combined(const http::RequestHead& head, std::string_view name) {
  std::string list;
  for (const http::Field& field : head.fields) {
    if (!http::equals_ignoring_case(field.name, name)) continue;
    if (!list.empty()) list += ',';
    list += field.value;
  }
  return list;
}

Answer answer_of(const Endpoint& endpoint, const Sources& sources, const std::string& accept) {
  try {
    return endpoint.answer(sources, accept);
  } catch (const std::exception& failure) {
    return plain(500, std::string("The answer could not be made: ") + failure.what() + ".");
  }
}

Answer too_many_streams() {
  Answer answer =
      plain(503, "Too many clients watch already; GET /status shows the state as well.");
  answer.fields = "Retry-After: 5\r\n";
  return answer;
}

Task<Answer> answer_to(const http::RequestHead& head, const Services& services) {
  const auto rules = http::examine(head);
  if (!rules) co_return plain(rules.error().status, rules.error().reason);
  const Endpoint* endpoint = find_endpoint(observe::path_of(head.target));
  if (endpoint == nullptr) co_return plain(404, "There is no such page; / shows the gate's state.");
  if (head.method != "GET" && head.method != "HEAD") {
    Answer answer = plain(405, "This port is read only.");
    answer.fields = "Allow: GET, HEAD\r\n";
    co_return answer;
  }
  if (rules->body.kind != http::BodyKind::none) {
    co_return plain(413, "A request to this port has no body.");
  }
  const std::string accept = combined(head, "Accept");
  if (endpoint->cost == Cost::endless && services.streams.full()) co_return too_many_streams();
  const auto make = [&] { return answer_of(*endpoint, services.sources, accept); };
  if (endpoint->cost == Cost::none || endpoint->cost == Cost::endless) co_return make();
  // The server may close the socket while the answer is made.
  auto& pool = endpoint->cost == Cost::deep ? services.deep : services.shallow;
  co_return co_await on_pool(pool, make);
}

// Closing a socket with unread bytes resets the connection, and the client loses the answer.
Task<> linger(TcpSocket& socket) {
  ErrorCode ignored;
  socket.shutdown(asio::socket_base::shutdown_send, ignored);
  std::array<char, kReadSize> dropped;
  for (std::size_t total = 0; total < kMaxDrained;) {
    const auto [error, count] = co_await socket.async_read_some(asio::buffer(dropped), kTask);
    if (error) co_return;
    total += count;
  }
}

}  // namespace

Task<> serve(Connection& connection, const Services& services) {
  TcpSocket& socket = connection.socket;
  std::string received;
  http::RequestParser parser(kHeadLimits);
  const bool head_is_in = co_await read_head(socket, parser, received);
  if (!head_is_in) co_return;
  const bool failed = parser.parse(received) == http::Progress::failed;
  Answer answer;
  if (failed) {
    answer = plain(parser.refusal().status, parser.refusal().reason);
  } else {
    answer = co_await answer_to(parser.head(), services);
  }
  const bool with_body = failed || parser.head().method != "HEAD";
  std::string message = serialize(answer, with_body);
  if (answer.endless && with_body) {
    connection.unlink();
    const Form form = parser.head().target.ends_with("?page") ? Form::page : Form::json;
    co_return co_await services.streams.carry(socket, std::move(message), form);
  }
  const auto [error, sent] = co_await asio::async_write(socket, asio::buffer(message), kTask);
  if (!error) co_await linger(socket);
}

}  // namespace taskgate::admin
