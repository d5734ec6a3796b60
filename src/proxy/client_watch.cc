#include "proxy/client_watch.h"

#include <poll.h>

#include <vector>

namespace taskgate::proxy {
namespace {

constexpr Duration kInterval = std::chrono::seconds(1);

}  // namespace

ClientWatch::Guard::Guard(ClientWatch& watch, int descriptor, std::function<void()> on_gone)
    : descriptor_(descriptor), on_gone_(std::move(on_gone)) {
  watch.guards_.push_back(*this);
  watch.arm();
}

void ClientWatch::arm() {
  if (armed_ || guards_.empty()) return;
  armed_ = true;
  timer_.expires_after(kInterval);
  timer_.async_wait([this](ErrorCode error) {
    armed_ = false;
    if (!error) sweep();
  });
}

void ClientWatch::sweep() {
  std::vector<pollfd> descriptors;
  std::vector<Guard*> guards;
  for (Guard& guard : guards_) {
    const short events = guard.half_close_is_leaving_ ? POLLRDHUP : short{0};
    descriptors.push_back({guard.descriptor_, events, 0});
    guards.push_back(&guard);
  }
  poll(descriptors.data(), descriptors.size(), 0);
  for (std::size_t i = 0; i < guards.size(); ++i) {
    if (descriptors[i].revents == 0) continue;
    guards[i]->unlink();
    guards[i]->on_gone_();  // only cancels: no guard is destroyed before the loop goes on
  }
  arm();
}

bool was_reset(int descriptor) {
  pollfd state{descriptor, 0, 0};
  return poll(&state, 1, 0) == 1 && (state.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0;
}

}  // namespace taskgate::proxy
