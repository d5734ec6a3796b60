#include "proxy/upstream_pool.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace taskgate::proxy {
namespace {

// The shortest limit there is: zero would be none.
constexpr Duration kAtOnce{1};

// Open, and nothing has come since it was left.
bool is_quiet(int descriptor) {
  char byte;
  const ssize_t count = recv(descriptor, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

}  // namespace

UpstreamPool::Idle::Idle(UpstreamPool& pool, TcpSocket connection)
    : socket(std::move(connection)), guard(pool.watch_, socket.native_handle(), [this, &pool] {
        ended = true;
        pool.expiry_.set(kAtOnce);  // a guard must not be destroyed in here
      }) {
  guard.tell_half_close();
}

UpstreamPool::UpstreamPool(net::Deadlines& deadlines, net::HangupWatch& watch,
                           const Descriptors& descriptors, observe::UpstreamCounts& counts)
    : watch_(watch),
      descriptors_(descriptors),
      counts_(counts),
      expiry_(deadlines, [this] { sweep(); }) {}

void UpstreamPool::set_limit(Duration limit) {
  limit_ = limit;
  sweep();
}

void UpstreamPool::begin_generation() {
  ++generation_;
  close_all();
}

void UpstreamPool::drain() {
  draining_ = true;
  close_all();
}

std::optional<UpstreamPool::Generation> UpstreamPool::generation() const {
  if (draining_ || limit_ == Duration::zero()) return std::nullopt;
  return generation_;
}

std::optional<TcpSocket> UpstreamPool::take() {
  std::optional<TcpSocket> taken;
  while (!taken && !idle_.empty()) {
    Idle& last = idle_.back();
    if (is_quiet(last.socket.native_handle())) taken.emplace(std::move(last.socket));
    idle_.pop_back();
  }
  recount();
  return taken;
}

void UpstreamPool::put(TcpSocket socket, Generation generation) {
  if (this->generation() != generation) return;
  idle_.emplace_back(*this, std::move(socket));
  if (idle_.size() == 1) expiry_.set(limit_);
  make_room();
  recount();
}

void UpstreamPool::make_room() {
  const std::size_t room = std::min(kMost, descriptors_.spare());
  while (idle_.size() > room) idle_.pop_front();
  recount();
}

void UpstreamPool::close_all() {
  idle_.clear();
  recount();
}

void UpstreamPool::sweep() {
  const TimePoint now = Clock::now();
  idle_.remove_if([&](const Idle& idle) { return idle.ended || idle.since + limit_ <= now; });
  if (!idle_.empty()) expiry_.set(idle_.front().since + limit_ - now);
  recount();
}

void UpstreamPool::recount() {
  counts_.idle = idle_.size();
}

}  // namespace taskgate::proxy
