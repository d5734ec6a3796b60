#include "load/connection.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <stdexcept>

#include "standin/storm_answer.h"

namespace taskgate::bench {
namespace {

void expect(int wanted, int got) {
  if (wanted == got) return;
  throw std::runtime_error("an answer of " + std::to_string(got) + " instead of " +
                           std::to_string(wanted));
}

}  // namespace

Connection::Connection(Executor executor, std::uint16_t port, std::size_t buffer)
    : socket_(executor), port_(port), buffer_(buffer, '\0') {}

Task<> Connection::connect() {
  TcpSocket fresh(socket_.get_executor());
  const asio::ip::tcp::endpoint target(asio::ip::address_v4::loopback(), port_);
  co_await fresh.async_connect(target, kThrow);
  fresh.set_option(asio::ip::tcp::no_delay(true));
  fresh.non_blocking(true);
  socket_ = std::move(fresh);
  pending_.clear();
}

Task<> Connection::send(std::string_view bytes) {
  co_await asio::async_write(socket_, asio::buffer(bytes), kThrow);
}

Task<std::uint64_t> Connection::answer(int status) {
  standin::AnswerReader reader(false);
  std::uint64_t bytes = 0;
  while (!reader.complete()) {
    const auto [error, got] = co_await socket_.async_read_some(asio::buffer(buffer_), kTask);
    if (error == asio::error::eof && reader.end_of_stream()) break;
    if (error) throw boost::system::system_error(error, "before the answer was whole");
    reader.feed({buffer_.data(), got});
    if (reader.malformed()) throw std::runtime_error("a malformed answer");
    bytes += got;
  }
  expect(status, reader.status());
  if (!reader.reusable()) co_await connect();
  co_return bytes;
}

Task<> Connection::head(int status) {
  const std::string first = co_await line();
  if (first.size() < 12) throw std::runtime_error("no answer but '" + first + "'");
  expect(status, std::stoi(first.substr(9, 3)));
  std::string next;
  do {
    next = co_await line();
  } while (!next.empty());
}

Task<std::string> Connection::line() {
  const std::size_t size =
      co_await asio::async_read_until(socket_, asio::dynamic_buffer(pending_), '\n', kThrow);
  std::string taken = pending_.substr(0, size - 1);
  pending_.erase(0, size);
  if (taken.ends_with('\r')) taken.pop_back();
  co_return taken;
}

Task<std::string> Connection::exactly(std::size_t count) {
  if (pending_.size() < count) {
    const auto missing = asio::transfer_exactly(count - pending_.size());
    co_await asio::async_read(socket_, asio::dynamic_buffer(pending_), missing, kThrow);
  }
  std::string taken = pending_.substr(0, count);
  pending_.erase(0, count);
  co_return taken;
}

Task<> Connection::drop(std::uint64_t count) {
  std::uint64_t left = count - std::min<std::uint64_t>(count, pending_.size());
  pending_.erase(0, static_cast<std::size_t>(count - left));
  while (left > 0) {
    const auto most = std::min<std::uint64_t>(left, buffer_.size());
    left -= co_await socket_.async_read_some(asio::buffer(buffer_.data(), most), kThrow);
  }
}

bool Connection::stands() {
  ErrorCode error;
  char byte = 0;
  socket_.receive(asio::buffer(&byte, 1), TcpSocket::message_peek, error);
  return !error || error == asio::error::would_block;
}

}  // namespace taskgate::bench
