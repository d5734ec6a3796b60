#include "upstream/answers.h"

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <stdexcept>

#include "upstream/websocket.h"

namespace taskgate::bench {
namespace {

constexpr std::size_t kPiece = std::size_t{256} << 10U;
constexpr std::size_t kSmall = 200;

// As the first upstream does, the connection is closed behind it, unless `kept`.
std::string head(int status, std::uint64_t length, bool kept = false) {
  return "HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Type: application/octet-stream\r\n" +
         "Content-Length: " + std::to_string(length) + "\r\n" +
         (kept ? "\r\n" : "Connection: close\r\n\r\n");
}

Task<> send(TcpSocket& socket, std::string_view bytes) {
  co_await asio::async_write(socket, asio::buffer(bytes), kThrow);
}

Task<> send_head(TcpSocket& socket, int status, std::uint64_t length) {
  const std::string text = head(status, length);
  co_await send(socket, text);
}

Task<> receive(TcpSocket& socket, std::uint64_t count) {
  std::string piece(kPiece, '\0');
  while (count > 0) {
    const auto most = std::min<std::uint64_t>(count, piece.size());
    count -= co_await socket.async_read_some(asio::buffer(piece.data(), most), kThrow);
  }
}

Task<> generate(TcpSocket& socket, std::uint64_t count) {
  const std::string piece(kPiece, 'd');
  while (count > 0) {
    const auto size = std::min<std::uint64_t>(count, piece.size());
    co_await send(socket, std::string_view(piece).substr(0, size));
    count -= size;
  }
}

}  // namespace

Task<> answer_small(TcpSocket& socket) {
  const std::string answer = head(200, kSmall, true) + std::string(kSmall, 's');
  co_await send(socket, answer);
}

Task<> answer_sink(TcpSocket& socket, const Request& request, std::string& pending) {
  if (!request.length_given) {
    co_await send_head(socket, 411, 0);
    co_return;
  }
  const std::uint64_t received = std::min<std::uint64_t>(request.length, pending.size());
  co_await receive(socket, request.length - received);
  co_await send_head(socket, 200, 0);
}

Task<> answer_bytes(TcpSocket& socket, std::uint64_t count) {
  co_await send_head(socket, 200, count);
  co_await generate(socket, count);
}

Task<> switch_protocols(TcpSocket& socket, const Request& request) {
  if (request.websocket_key.empty()) throw std::runtime_error("no WebSocket was asked for");
  const std::string head =
      "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Accept: " +
      websocket_accept(request.websocket_key) + "\r\n\r\n";
  co_await send(socket, head);
}

// Both leave the end to the client.
Task<> answer_tunnel_sink(TcpSocket& socket, const Request& request, std::uint64_t count) {
  co_await switch_protocols(socket, request);
  co_await receive(socket, count);
  co_await send(socket, ".");
  co_await answer_nothing(socket);
}

Task<> answer_tunnel_bytes(TcpSocket& socket, const Request& request, std::uint64_t count) {
  co_await switch_protocols(socket, request);
  co_await generate(socket, count);
  co_await answer_nothing(socket);
}

Task<> answer_nothing(TcpSocket& socket) {
  std::array<char, 256> ignored{};
  for (;;) co_await socket.async_read_some(asio::buffer(ignored), kThrow);
}

Task<> answer_missing(TcpSocket& socket) {
  co_await send_head(socket, 404, 0);
}

}  // namespace taskgate::bench
