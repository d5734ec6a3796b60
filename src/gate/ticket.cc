#include "gate/ticket.h"

#include <utility>

#include "gate/gate.h"

namespace taskgate::gate {

Reservation::Reservation(Reservation&& other) noexcept
    : gate_(std::exchange(other.gate_, nullptr)), promise_(other.promise_) {}

Reservation& Reservation::operator=(Reservation&& other) noexcept {
  if (this != &other) {
    if (gate_ != nullptr) gate_->abandon(promise_);
    gate_ = std::exchange(other.gate_, nullptr);
    promise_ = other.promise_;
  }
  return *this;
}

Reservation::~Reservation() {
  if (gate_ != nullptr) gate_->abandon(promise_);
}

void Reservation::not_sent(TimePoint now) {
  std::exchange(gate_, nullptr)->give_back(promise_, now);
}

std::optional<SocketCheck::Claim> Reservation::answered(int status, TimePoint now) {
  Gate& gate = *std::exchange(gate_, nullptr);
  const Demand& demand = promise_->demand;
  const SocketCheck::Claim claim{promise_->mark, now + demand.settle};
  const bool is_evidence = demand.is_evidence;
  gate.learn(demand.sender, status);
  const bool is_redirect = status >= 300 && status < 400;
  const bool is_refusal =
      (status >= 400 && status < 500) || (is_redirect && demand.redirect_refuses);
  if (is_refusal || promise_->slots == 0) {
    gate.give_back(promise_, now);
  } else {
    promise_->state = Promise::State::settling;
    promise_->until = claim.due;
    if (status < 200 || status >= 300) gate.attribution_.unnamed(promise_->id);
  }
  return is_evidence ? std::optional(claim) : std::nullopt;
}

void Reservation::lost(TimePoint now) {
  Gate& gate = *std::exchange(gate_, nullptr);
  gate.abandon(promise_);
  gate.stamp_abandoned(now);
}

// The times in which they are not are left out.
void Ticket::look_found(bool promised, TimePoint now) {
  if (!promised) {
    if (waits_since_ && !waited_until_) waited_until_ = now;
  } else if (!waits_since_) {
    waits_since_ = now;
  } else if (waited_until_) {
    *waits_since_ += now - *waited_until_;
    waited_until_.reset();
  }
}

Ticket::Ticket(Gate& gate, Demand demand, TimePoint now, std::function<void()> on_decided)
    : entered_(now),
      deadline_(now),
      line_until_(now),
      demand_(demand),
      on_decided_(std::move(on_decided)) {
  gate.enter(*this);
}

}  // namespace taskgate::gate
