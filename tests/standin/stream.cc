#include "standin/stream.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace taskgate::standin {
namespace {

constexpr std::size_t kReadAhead = 8192;  // io.DEFAULT_BUFFER_SIZE

}  // namespace

Stream::~Stream() {
  ::shutdown(socket_.get(), SHUT_WR);
}

std::string Stream::read_line(std::size_t limit) {
  std::string line;
  while (line.size() < limit) {
    if (taken_ == buffer_.size() && !fill()) break;
    const std::string_view rest = std::string_view(buffer_).substr(taken_, limit - line.size());
    const auto end = rest.find('\n');
    const auto count = end == std::string_view::npos ? rest.size() : end + 1;
    line += rest.substr(0, count);
    taken_ += count;
    if (end != std::string_view::npos) break;
  }
  return line;
}

std::string Stream::read(std::size_t count) {
  std::string out = buffer_.substr(taken_, count);
  taken_ += out.size();
  while (out.size() < count) {
    const std::string more = receive_some(socket_.get(), count - out.size());
    if (more.empty()) break;
    out += more;
  }
  return out;
}

std::string Stream::read_to_end() {
  std::string out = take_buffered();
  while (fill()) out += take_buffered();
  return out;
}

std::string Stream::take_buffered() {
  std::string out = buffer_.substr(taken_);
  taken_ = buffer_.size();
  return out;
}

void Stream::write(std::string_view bytes) {
  write_all(socket_.get(), bytes);
}

bool Stream::fill() {
  buffer_ = receive_some(socket_.get(), kReadAhead);
  taken_ = 0;
  return !buffer_.empty();
}

void write_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) throw Disconnected();
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::string receive_some(int socket, std::size_t limit) {
  std::string out(std::min<std::size_t>(limit, 65536), '\0');
  for (;;) {
    const auto got = ::recv(socket, out.data(), out.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw Disconnected();
    out.resize(static_cast<std::size_t>(got));
    return out;
  }
}

}  // namespace taskgate::standin
