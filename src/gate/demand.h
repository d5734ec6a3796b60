// What one create asks of the gate. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"
#include "gate/classes.h"
#include "gate/turned_away.h"

namespace taskgate::gate {

struct Demand {
  // Sessions that it may start. With 0 its task comes by another door: it is decided like any other
  // create, and no slot is kept for it.
  int slots = 1;
  Duration settle{};  // how long after the answer its sessions may still be on their way
  // Whether its success proves that a session was started (socket_check.h).
  bool is_evidence = true;
  // Whether an answer of 3xx says that nothing was started. Where a redirect may as well follow a
  // create that went well (POST, redirect, GET) it does not.
  bool redirect_refuses = false;
  // Whose it is: while a sender's last create was turned away, its creates stand behind all others.
  Sender sender = 0;
  ClassId class_id = kDefaultClass;
  // What its client asks for by `Prefer: wait=N`, which its class bounds; 0 never stands in line.
  std::optional<Duration> prefer_wait{};
  // Its route's name, for those who look at the line; outlives the ticket.
  std::string_view route{};
  std::string_view path_id{};  // of its path, likewise (route::Match)
  // Whether its answer should name the session: Gate::session_named() is called then, once, behind
  // an answer that kept the slots.
  bool is_named = false;
};

}  // namespace taskgate::gate
