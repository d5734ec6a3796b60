#include "net/linger.h"

#include <cerrno>

#include "net/calls.h"

namespace taskgate::net {
namespace {

// With one call; the loop has others to serve.
constexpr std::size_t kPiece = 256 * 1024;

}  // namespace

Task<> linger(TcpSocket& socket, std::size_t most, std::function<bool()> is_over) {
  ErrorCode ignored;
  socket.shutdown(TcpSocket::shutdown_send, ignored);
  for (std::size_t dropped = 0; dropped < most && !is_over();) {
    const auto [error] = co_await socket.async_wait(TcpSocket::wait_read, kTask);
    if (error) co_return;
    // The kernel drops them itself (tcp(7), MSG_TRUNC): no buffer and no copy.
    const ssize_t bytes =
        receive(socket.native_handle(), nullptr, kPiece, MSG_TRUNC | MSG_DONTWAIT);
    if (bytes == 0 || (bytes < 0 && errno != EAGAIN)) co_return;
    if (bytes > 0) dropped += static_cast<std::size_t>(bytes);
  }
}

}  // namespace taskgate::net
