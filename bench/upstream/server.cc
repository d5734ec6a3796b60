#include "upstream/server.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/read_until.hpp>
#include <exception>

#include "support/number.h"
#include "upstream/answers.h"

namespace taskgate::bench {
namespace {

constexpr int kBacklog = 1024;

// The number behind `prefix` in a target, or nothing where the target is another.
std::optional<std::uint64_t> number_behind(std::string_view prefix, std::string_view target) {
  if (!target.starts_with(prefix)) return std::nullopt;
  return test::to_number(target.substr(prefix.size()));
}

Task<> answer(TcpSocket& socket, const Request& request, std::string& pending) {
  if (request.target == "/small") return answer_small(socket);
  if (request.target == "/sink") return answer_sink(socket, request, pending);
  if (request.target == "/echo") return answer_echo(socket, request, pending);
  if (const auto count = number_behind("/bytes/", request.target)) {
    return answer_bytes(socket, *count);
  }
  if (const auto rate = number_behind("/events/", request.target)) {
    return answer_events(socket, *rate);
  }
  if (const auto count = number_behind("/tunnel/sink/", request.target)) {
    return answer_tunnel_sink(socket, request, *count);
  }
  if (const auto count = number_behind("/tunnel/bytes/", request.target)) {
    return answer_tunnel_bytes(socket, request, *count);
  }
  if (request.target == "/silence" || request.target.starts_with("/api/"))
    return answer_nothing(socket);
  return answer_missing(socket);
}

Task<> serve_client(TcpSocket socket) {
  socket.set_option(asio::ip::tcp::no_delay(true));
  std::string pending;
  Request request;
  do {
    const std::size_t size =
        co_await asio::async_read_until(socket, asio::dynamic_buffer(pending), "\r\n\r\n", kThrow);
    request = parse_request(std::string_view(pending).substr(0, size));
    pending.erase(0, size);
    co_await answer(socket, request, pending);
  } while (request.target == "/small" && !request.closes);
}

// Clients leave in the midst of a stream: for an upstream that is no failure.
void forget(const std::exception_ptr& /*failure*/) {}

}  // namespace

Acceptor listen(Executor executor) {
  Acceptor acceptor(executor);
  const asio::ip::tcp::endpoint where(asio::ip::address_v4::loopback(), 0);
  acceptor.open(where.protocol());
  acceptor.bind(where);
  acceptor.listen(kBacklog);
  return acceptor;
}

Task<> serve(Acceptor& acceptor) {
  for (;;) {
    TcpSocket socket = co_await acceptor.async_accept(kThrow);
    asio::co_spawn(acceptor.get_executor(), serve_client(std::move(socket)), forget);
  }
}

}  // namespace taskgate::bench
