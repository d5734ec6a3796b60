// What whoever handles a create holds of the gate: the ticket while it asks, the reservation while
// it runs. One thread.
#pragma once

#include <boost/intrusive/list.hpp>
#include <functional>
#include <optional>

#include "base/time.h"
#include "gate/demand.h"
#include "gate/promises.h"
#include "gate/socket_check.h"
#include "gate/verdict.h"

namespace taskgate::gate {

class Gate;

// The right to run one create. Its end must be said; a reservation that is merely destroyed (a
// cancelled coroutine) counts as *lost*, so that no path can give a slot away.
class Reservation {
 public:
  Reservation() = default;
  Reservation(Reservation&& other) noexcept;
  Reservation& operator=(Reservation&& other) noexcept;
  ~Reservation();

  explicit operator bool() const { return gate_ != nullptr; }

  // For Gate::session_named(); to be asked for before the end is said.
  std::uint64_t id() const { return promise_->id; }

  // No byte of the create went upstream: its slots are free at once.
  void not_sent(TimePoint now);
  // The head of the final answer is in: 4xx frees the slots at once, and 3xx where the demand says
  // that it refuses; all else with the first listing that begins `now` plus the demand's settle or
  // later. Gives what Gate::succeeded() wants, if its success is evidence.
  std::optional<SocketCheck::Claim> answered(int status, TimePoint now);
  // No answer in time, or the connection broke: the slots are kept for Settings::settle.
  void lost(TimePoint now);

 private:
  friend class Gate;
  friend class Ticket;
  Reservation(Gate& gate, Promises::Each promise) : gate_(&gate), promise_(promise) {}

  Gate* gate_ = nullptr;
  Promises::Each promise_;
};

// One create that asks to pass. Lives where its request is handled; destroyed undecided, the create
// is withdrawn, and its place in line is free.
class Ticket : public boost::intrusive::list_base_hook<
                   boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  // `now`: the body was read to its end. `on_decided` is called once, from whichever call into the
  // gate decides, unless the decision stands when the constructor returns. It may only wake
  // somebody: it must not call into the gate or destroy a ticket.
  Ticket(Gate& gate, Demand demand, TimePoint now, std::function<void()> on_decided);
  Ticket(const Ticket&) = delete;
  Ticket& operator=(const Ticket&) = delete;

  // Null while it waits.
  const Verdict* verdict() const { return verdict_ ? &*verdict_ : nullptr; }
  // After an admission, once.
  Reservation take_reservation() { return std::move(reservation_); }

 private:
  friend class Gate;
  friend class Line;
  bool stands() const { return in_line_since_.has_value(); }
  // At a look that decided nothing: whether the free slots are promised.
  void look_found(bool promised, TimePoint now);

  TimePoint entered_;
  TimePoint deadline_;       // of its wait for promised slots
  TimePoint line_until_;     // when it entered: it does not stand in line
  bool may_prefer_ = false;  // its class lets its clients choose how long
  Demand demand_;
  bool defers_ = false;  // to those that were not turned away
  std::function<void()> on_decided_;
  std::optional<TimePoint> waits_since_;   // found the free slots promised
  std::optional<TimePoint> waited_until_;  // ... and then no more; unset: still
  std::optional<TimePoint> in_line_since_;
  int place_ = 0;  // in line, when it came there
  std::optional<Verdict> verdict_;
  Reservation reservation_;
};

}  // namespace taskgate::gate
