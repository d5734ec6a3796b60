// Gates with classes, and creates of these, for the tests of both.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "creates.h"

namespace taskgate::gate::test {

inline Settings classed(int limit, std::vector<ClassRule> rules) {
  Settings made = settings(limit);
  made.classes = std::move(rules);
  return made;
}

inline Demand of(Gate& gate, std::string_view name, int slots = 1) {
  return {.slots = slots, .class_id = gate.class_id(name), .is_named = true};
}

// A session under the name that a create's answer gives.
inline tmux::Session named(std::string name, std::uint64_t id, std::int32_t server = 100) {
  tmux::Session made = session(id, true, server);
  made.name = std::move(name);
  return made;
}

// The create is answered, and names its session.
inline void answer(Gate& gate, Create& create, std::string_view name, double now) {
  REQUIRE(create.decision() == Decision::admitted);
  Reservation reservation = create.ticket.take_reservation();
  const std::uint64_t id = reservation.id();
  reservation.answered(201, at(now));
  const std::string text(name);
  gate.session_named(id, name, {"task", "request-of-" + text, "id-of-" + text}, at(now));
}

inline ClassState state_of(const Gate& gate, std::string_view name, double now) {
  for (const ClassState& each : gate.snapshot_with_holders(at(now)).classes) {
    if (each.name == name) return each;
  }
  FAIL("no such class: " << name);
  return {};
}

inline RefusalReason reason_of(const Create& create) {
  REQUIRE(create.ticket.verdict() != nullptr);
  REQUIRE(create.ticket.verdict()->reason);
  return *create.ticket.verdict()->reason;
}

// Two classes that stand in line, one that does not.
inline Settings with_line(int limit, int places = 100) {
  return classed(
      limit,
      {{.name = "people", .wait = std::chrono::seconds(20), .places = places},
       {.name = "storms", .wait = std::chrono::seconds(8), .max_wait = std::chrono::seconds(60)},
       {.name = "crons"}});
}

inline std::unique_ptr<Create> arrive(Gate& gate, double now, std::string_view name,
                                      std::optional<Duration> prefers = {}) {
  Demand demand = of(gate, name);
  demand.prefer_wait = prefers;
  demand.route = name;
  return std::make_unique<Create>(gate, now, demand);
}

// The routes of those who stand, the next one first.
inline std::vector<std::string> line_of(const Gate& gate, double now) {
  std::vector<std::string> routes;
  for (const InLine& each : gate.snapshot_with_holders(at(now)).line) routes.push_back(each.route);
  return routes;
}

using Names = std::vector<std::string>;

}  // namespace taskgate::gate::test
