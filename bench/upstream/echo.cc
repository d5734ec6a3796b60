#include <boost/asio/buffer.hpp>
#include <boost/asio/completion_condition.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <stdexcept>

#include "upstream/answers.h"

namespace taskgate::bench {
namespace {

constexpr std::size_t kHeadSize = 6;  // of a masked frame with a short payload (RFC 6455, 5.2)
constexpr unsigned kLength = 0x7f;
constexpr unsigned kLongestShort = 125;

Task<> have(TcpSocket& socket, std::string& pending, std::size_t count) {
  if (pending.size() >= count) co_return;
  const auto missing = asio::transfer_at_least(count - pending.size());
  co_await asio::async_read(socket, asio::dynamic_buffer(pending), missing, kThrow);
}

std::string unmasked(std::string_view frame) {
  std::string payload(frame.substr(kHeadSize));
  for (std::size_t i = 0; i < payload.size(); ++i) {
    payload[i] = static_cast<char>(payload[i] ^ frame[2 + i % 4]);
  }
  return payload;
}

// What the client's frame with so many bytes of payload says, as a frame of a server.
std::string echo_of(std::string_view frame, unsigned size) {
  const std::string head = {frame[0], static_cast<char>(size)};
  return head + unmasked(frame);
}

}  // namespace

Task<> answer_echo(TcpSocket& socket, const Request& request, std::string& pending) {
  co_await switch_protocols(socket, request);
  for (;;) {
    co_await have(socket, pending, kHeadSize);
    const unsigned size = static_cast<unsigned char>(pending[1]) & kLength;
    if (size > kLongestShort) throw std::runtime_error("a message too long to be echoed");
    co_await have(socket, pending, kHeadSize + size);
    const std::string answer = echo_of(std::string_view(pending).substr(0, kHeadSize + size), size);
    pending.erase(0, kHeadSize + size);
    co_await asio::async_write(socket, asio::buffer(answer), kThrow);
  }
}

}  // namespace taskgate::bench
