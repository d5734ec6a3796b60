#include "upstream/answers.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

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
  std::string piece(kPiece, '\0');
  std::uint64_t left = request.length - std::min<std::uint64_t>(request.length, pending.size());
  while (left > 0) {
    const auto most = std::min<std::uint64_t>(left, piece.size());
    left -= co_await socket.async_read_some(asio::buffer(piece.data(), most), kThrow);
  }
  co_await send_head(socket, 200, 0);
}

Task<> answer_bytes(TcpSocket& socket, std::uint64_t count) {
  co_await send_head(socket, 200, count);
  const std::string piece(kPiece, 'd');
  for (std::uint64_t left = count; left > 0;) {
    const auto size = std::min<std::uint64_t>(left, piece.size());
    co_await send(socket, std::string_view(piece).substr(0, size));
    left -= size;
  }
}

Task<> answer_nothing(TcpSocket& socket) {
  char byte = 0;
  co_await socket.async_read_some(asio::buffer(&byte, 1), kThrow);
}

Task<> answer_missing(TcpSocket& socket) {
  co_await send_head(socket, 404, 0);
}

}  // namespace taskgate::bench
