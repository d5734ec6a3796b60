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

}  // namespace taskgate::gate::test
