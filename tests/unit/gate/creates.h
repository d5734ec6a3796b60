// Creates before a gate, for its tests.
#pragma once

#include "gate/gate.h"
#include "support/catch.h"
#include "world.h"

namespace taskgate::gate::test {

// A create and how often it was told of its decision.
struct Create {
  Create(Gate& gate, double now, Demand demand = {})
      : ticket(gate, demand, at(now), [this] { ++told; }) {}
  bool waits() const { return ticket.verdict() == nullptr; }
  Decision decision() const {
    REQUIRE(ticket.verdict() != nullptr);
    return ticket.verdict()->decision;
  }
  int told = 0;
  Ticket ticket;
};

// Creates that leave no trace, as many as it takes; gives the time of the last listing.
inline double make_blind(Gate& gate) {
  double now = 0;
  for (int i = 0; i < SocketCheck::kContradictions; ++i) {
    Create create(gate, now += 10);
    gate.apply(live(0, now += 10));
    REQUIRE(create.decision() == Decision::admitted);
    gate.succeeded(*create.ticket.take_reservation().answered(201, at(now += 10)));
    gate.apply(live(0, now += 10));
  }
  REQUIRE(gate.snapshot(at(now)).signal == SignalState::blind);
  return now;
}

}  // namespace taskgate::gate::test
