#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <cstdio>

#include "upstream/answers.h"

namespace taskgate::bench {
namespace {

// The framing of the first upstream: HTTP/1.0, and an end only by closing.
constexpr std::string_view kHead =
    "HTTP/1.0 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n\r\n"
    "event: ready\n\n";

// An event of 128 bytes that says when it was due.
std::string event(TimePoint due) {
  std::array<char, 129> text{};
  const auto stamp = std::chrono::nanoseconds(due.time_since_epoch()).count();
  std::snprintf(text.data(), text.size(), "event: tick\ndata: %020lld\n: %085d\n\n",
                static_cast<long long>(stamp), 0);
  return std::string(text.data());
}

// The streams' events do not fall together: each begins at another part of the period.
Duration offset(Duration period) {
  static std::uint64_t streams = 0;
  return period * (++streams * 619 % 1000) / 1000;
}

}  // namespace

Task<> answer_events(TcpSocket& socket, std::uint64_t per_second) {
  co_await asio::async_write(socket, asio::buffer(kHead), kThrow);
  if (per_second == 0) co_await answer_nothing(socket);
  const Duration period = std::chrono::nanoseconds(std::chrono::seconds(1)) / per_second;
  Timer timer(socket.get_executor());
  for (TimePoint due = Clock::now() + offset(period);; due += period) {
    timer.expires_at(due);
    co_await timer.async_wait(kThrow);
    const std::string text = event(due);
    co_await asio::async_write(socket, asio::buffer(text), kThrow);
  }
}

}  // namespace taskgate::bench
