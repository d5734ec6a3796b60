#include "net/vanished_peers.h"

#include <algorithm>

namespace taskgate::net {
namespace {

// All are looked at four times within the limit, a part of them each time, so that a crowd does not
// hold up the loop.
constexpr std::size_t kParts = 16;
constexpr int kLooks = 4 * static_cast<int>(kParts);

}  // namespace

VanishedPeers::VanishedPeers(asio::io_context& loop, ProbeTimes times)
    : times_(times), timer_(loop) {}

void VanishedPeers::watch(int descriptor) {
  const auto index = static_cast<std::size_t>(descriptor);
  if (index >= states_.size()) states_.resize(index + 1, State::unwatched);
  if (states_[index] == State::unwatched) ++watched_;
  states_[index] = State::limited;
  if (!armed_) arm();
}

void VanishedPeers::arm() {
  armed_ = true;
  timer_.expires_after(times_.limit() / kLooks);
  timer_.async_wait([this](ErrorCode error) {
    armed_ = false;
    if (error) return;
    look_at_some();
    if (watched_ > 0) arm();
  });
}

void VanishedPeers::look_at_some() {
  const std::size_t end = std::min(states_.size(), next_ + states_.size() / kParts + 1);
  for (; next_ < end; ++next_) {
    State& state = states_[next_];
    if (state != State::unwatched) look_at(static_cast<int>(next_), state);
  }
  if (next_ == states_.size()) next_ = 0;
}

void VanishedPeers::look_at(int descriptor, State& state) {
  const Backlog waiting = backlog(descriptor);
  if (waiting == Backlog::unknown) {
    state = State::unwatched;
    --watched_;
    return;
  }
  const State wanted = waiting == Backlog::held_back ? State::unlimited : State::limited;
  if (state == wanted) return;
  state = wanted;
  set_user_timeout(descriptor,
                   wanted == State::limited ? times_.limit() : std::chrono::milliseconds::zero());
}

}  // namespace taskgate::net
