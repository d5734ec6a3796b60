#include "net/hangup_watch.h"

#include <poll.h>

#include <utility>

namespace taskgate::net {
namespace {

constexpr Duration kMoment = std::chrono::milliseconds(50);

}  // namespace

HangupWatch::HangupWatch(asio::io_context& loop)
    : set_(loop, [this](const epoll_event& event) { tell(*static_cast<Guard*>(event.data.ptr)); }),
      timer_(loop) {}

HangupWatch::Guard::Guard(HangupWatch& watch, int descriptor, std::function<void()> on_gone)
    : watch_(watch), descriptor_(descriptor), on_gone_(std::move(on_gone)) {
  watch.new_ones_.push_back(*this);
  watch.arm();
}

HangupWatch::Guard::~Guard() {
  if (in_set_) watch_.set_.remove(descriptor_);
}

void HangupWatch::Guard::tell_half_close() {
  events_ = EPOLLRDHUP;
  if (in_set_) watch_.set_.change(descriptor_, events_, {.ptr = this});
}

void HangupWatch::Guard::begin_for_reads(TcpSocket& socket) {
  events_ = EPOLLRDHUP;
  urgent_ = UrgentByte(socket);
  watch_.add(*this);
}

void HangupWatch::arm() {
  if (std::exchange(armed_, true)) return;
  timer_.expires_after(kMoment);
  timer_.async_wait([this](ErrorCode error) {
    armed_ = false;
    if (!error) add_lasting_ones();
  });
}

// Who has lasted from one look to the next one.
void HangupWatch::add_lasting_ones() {
  while (!lasting_.empty()) add(lasting_.front());
  lasting_.swap(new_ones_);
  if (!lasting_.empty()) arm();
}

// Where the kernel has no memory for it, who reads looks for itself (is_in_set()), and the end of
// a client that nobody reads from shows at the next write to it.
void HangupWatch::add(Guard& guard) {
  guard.unlink();
  guard.in_set_ = set_.add(guard.descriptor_, guard.events_, {.ptr = &guard});
}

void HangupWatch::tell(Guard& guard) {
  set_.remove(guard.descriptor_);
  guard.in_set_ = false;
  guard.on_gone_();
}

bool was_reset(int descriptor) {
  pollfd state{descriptor, 0, 0};
  return poll(&state, 1, 0) == 1 && (state.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0;
}

}  // namespace taskgate::net
