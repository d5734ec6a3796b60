#include "standin/storm_run.h"

#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <iomanip>
#include <sstream>
#include <utility>

#include "support/failure.h"
#include "support/loopback.h"

namespace taskgate::standin {
namespace {

constexpr auto kScanInterval = std::chrono::milliseconds(50);  // for requests that ran out of time

double quantile(const std::vector<double>& sorted, double part) {
  if (sorted.empty()) return 0;
  const auto at = static_cast<std::size_t>(part * static_cast<double>(sorted.size() - 1));
  return sorted[at];
}

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
}

template <typename Key>
std::string counts(const std::map<Key, int>& by_key) {
  std::ostringstream out;
  for (const auto& [key, count] : by_key) {
    out << (out.tellp() == 0 ? "" : ",") << '"' << key << "\":" << count;
  }
  return "{" + out.str() + "}";
}

}  // namespace

std::string StormResult::to_json() const {
  std::vector<double> sorted = milliseconds;
  std::sort(sorted.begin(), sorted.end());
  const double per_second = seconds > 0 ? static_cast<double>(sorted.size()) / seconds : 0;
  std::ostringstream out;
  out << std::fixed << std::setprecision(3) << "{\"sent\":" << sent
      << ",\"answers\":" << counts(answers) << ",\"errors\":" << counts(errors)
      << ",\"unanswered\":" << unanswered << ",\"slowest_ms\":" << quantile(sorted, 1)
      << ",\"median_ms\":" << quantile(sorted, 0.5) << ",\"p99_ms\":" << quantile(sorted, 0.99)
      << ",\"seconds\":" << seconds << ",\"per_second\":" << per_second << "}";
  return out.str();
}

Storm::Storm(const StormOptions& options)
    : options_(options), epoll_(::epoll_create1(EPOLL_CLOEXEC)), held_(options.connect_all_first) {
  if (!epoll_) test::fail_errno("epoll_create1");
  const int at_once = options.connections == 0 ? options.count : options.connections;
  lanes_.resize(static_cast<std::size_t>(std::min(at_once, options.count)));
}

StormResult Storm::run() {
  const TimePoint began = Clock::now();
  for (Lane& lane : lanes_) next(lane);
  while (under_way_ > 0 || !to_open_.empty()) {
    std::array<epoll_event, 512> events;
    const int ready = ::epoll_wait(epoll_.get(), events.data(), events.size(),
                                   static_cast<int>(kScanInterval.count()));
    for (int i = 0; i < ready; ++i)
      step(*static_cast<Lane*>(events[static_cast<std::size_t>(i)].data.ptr));
    begin_all_when_connected();
    expire();
    reopen();
  }
  result_.seconds = to_seconds(Clock::now() - began);
  return std::move(result_);
}

// Takes the next request of the count, on this connection if it lives, else on a new one.
void Storm::next(Lane& lane) {
  if (begun_ == options_.count) return close(lane);
  ++begun_;
  ++under_way_;
  lane.asking = true;
  lane.began = Clock::now();
  lane.request = make_request();
  lane.written = 0;
  lane.answer = AnswerReader(options_.method == "HEAD");
  if (lane.socket) {
    write(lane);
  } else {
    open(lane);
  }
}

void Storm::open(Lane& lane) {
  lane.connected = false;
  lane.socket = test::Fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!lane.socket) test::fail_errno("socket");
  const int on = 1;
  ::setsockopt(lane.socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLET;
  event.data.ptr = &lane;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, lane.socket.get(), &event);
  ++connecting_;
  const sockaddr_in& target = options_.target;
  const int done = ::connect(lane.socket.get(), test::as_sockaddr(&target), sizeof target);
  if (done != 0 && errno != EINPROGRESS) {
    --connecting_;
    lane.connected = true;
    fail(lane, "connect");
  }
}

void Storm::step(Lane& lane) {
  if (!lane.socket) return;
  if (!lane.connected && !finish_connecting(lane)) return;
  if (held_) return;
  if (lane.asking) write(lane);
  if (lane.socket) read(lane);
}

// False while it is not connected, and when it never will be.
bool Storm::finish_connecting(Lane& lane) {
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(lane.socket.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  sockaddr_in peer{};
  socklen_t peer_size = sizeof peer;
  void* const where = &peer;
  if (error == 0 &&
      ::getpeername(lane.socket.get(), static_cast<sockaddr*>(where), &peer_size) != 0) {
    return false;
  }
  --connecting_;
  lane.connected = true;
  if (error != 0) fail(lane, "connect");
  return error == 0;
}

void Storm::begin_all_when_connected() {
  if (!held_ || connecting_ > 0) return;
  held_ = false;
  for (Lane& lane : lanes_) {
    lane.began = Clock::now();
    if (lane.socket && lane.asking) write(lane);
  }
}

void Storm::write(Lane& lane) {
  while (lane.written < lane.request.size()) {
    const auto sent = ::send(lane.socket.get(), lane.request.data() + lane.written,
                             lane.request.size() - lane.written, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    // A peer that answered before it read everything has closed: what it said is still to be read.
    if (sent < 0) return;
    lane.written += static_cast<std::size_t>(sent);
    if (lane.written == lane.request.size()) ++result_.sent;
  }
}

void Storm::read(Lane& lane) {
  std::array<char, 65536> bytes;
  while (lane.socket) {
    const auto got = ::recv(lane.socket.get(), bytes.data(), bytes.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) return take_end(lane, got < 0);
    if (!lane.asking) return fail(lane, "malformed");
    lane.answer.feed({bytes.data(), static_cast<std::size_t>(got)});
    if (lane.answer.malformed()) return fail(lane, "malformed");
    if (!lane.answer.complete()) continue;
    finish(lane);
    if (!lane.connected) return;  // the next request has a connection of its own
  }
}

void Storm::take_end(Lane& lane, bool reset) {
  if (!lane.asking) return close(lane);
  if (reset) return fail(lane, "reset");
  if (lane.answer.end_of_stream()) return finish(lane);
  fail(lane, "closed");
}

void Storm::finish(Lane& lane) {
  ++result_.answers[lane.answer.status()];
  result_.milliseconds.push_back(to_seconds(Clock::now() - lane.began) * 1000);
  --under_way_;
  lane.asking = false;
  if (!options_.keep_alive || !lane.answer.reusable()) close(lane);
  next(lane);
}

void Storm::fail(Lane& lane, const std::string& error) {
  ++result_.errors[error];
  if (lane.asking) --under_way_;
  lane.asking = false;
  close(lane);
  to_open_.push_back(&lane);
}

void Storm::close(Lane& lane) {
  lane.socket.close();
}

void Storm::expire() {
  const TimePoint now = Clock::now();
  if (now < next_scan_) return;
  next_scan_ = now + kScanInterval;
  for (Lane& lane : lanes_) {
    if (!lane.asking || now - lane.began < options_.timeout) continue;
    if (!lane.connected) --connecting_;
    ++result_.unanswered;
    --under_way_;
    lane.asking = false;
    close(lane);
    to_open_.push_back(&lane);
  }
}

// Not done within fail(): a target that refuses every connection would make that a recursion.
void Storm::reopen() {
  for (std::deque<Lane*> lanes = std::exchange(to_open_, {}); Lane* const lane : lanes) next(*lane);
}

std::string Storm::make_request() {
  const std::string marker = options_.marker + "-" + std::to_string(begun_);
  std::string path = options_.path;
  std::string body = options_.body;
  replace_all(path, "{marker}", marker);
  replace_all(body, "{marker}", marker);
  std::string out = options_.method + " " + path + " HTTP/1.1\r\nHost: " + options_.host + "\r\n";
  out += "X-Marker: " + marker + "\r\n";
  if (!options_.keep_alive) out += "Connection: close\r\n";
  if (!body.empty() || options_.method == "POST") {
    out += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  }
  return out + "\r\n" + body;
}

}  // namespace taskgate::standin
