// Creates that stand in line, each on a connection of its own.
#pragma once

#include <string>

#include "e2e/configured_world.h"

namespace taskgate::test {

// A create whose client waits for the answer.
class Asker {
 public:
  explicit Asker(const GatedWorld& world, const HttpFields& fields = {},
                 const std::string& path = kTerminal, const std::string& body = "{}")
      : client_(world.gate->port()) {
    client_.send(http_request("POST", path, body, fields));
  }

  HttpAnswer answer() { return read_answer(client_); }
  bool is_answered() { return !client_.pending().empty(); }
  RawClient& client() { return client_; }

 private:
  RawClient client_;
};

inline void until_waiting(const GatedWorld& world, int count) {
  eventually(std::to_string(count) + " creates wait",
             [&] { return world.metric("taskgate_creates_waiting") == count; });
}

// One of the sessions ends by itself.
inline void end_one(GatedWorld& world) {
  world.tmux.kill_session(world.tmux.list().front());
}

}  // namespace taskgate::test
