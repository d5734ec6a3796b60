// The gate in front of an upstream: one that a test scripts byte by byte, or the stand-in.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "support/eventually.h"
#include "support/gate.h"
#include "support/http_message.h"
#include "support/raw_connection.h"
#include "support/scripted_upstream.h"
#include "support/standin.h"
#include "support/tmux_server.h"

namespace taskgate::test {

inline Gate::Settings wire_settings(std::uint16_t upstream_port, const std::string& tmux_socket,
                                    const Gate::Settings& more) {
  Gate::Settings settings = more;
  settings.merge(Gate::in_front_of(upstream_port, tmux_socket));
  return settings;
}

// What both kinds have in common: a client's view of the gate.
struct Fronted {
  Fronted(std::uint16_t upstream_port, const TmuxServer& tmux, const Gate::Settings& more)
      : gate(wire_settings(upstream_port, tmux.socket(), more)) {}

  Gate gate;

  HttpAnswer ask(const std::string& request, AnswerTo to = AnswerTo::other) const {
    return test::ask(gate.port(), request, to);
  }
  // All that comes back until the gate ends the connection, which must be in order.
  std::string raw(const std::string& request) const {
    RawClient client(gate.port());
    client.send(request);
    return client.read_to_end();
  }
  double metric(const std::string& sample) const { return gate.metric(sample).value_or(-1); }
};

// Flags that the script waits for stand before this in the test, so that they outlive it.
struct ScriptedWorld {
  explicit ScriptedWorld(ScriptedUpstream::Script script, const Gate::Settings& more = {})
      : upstream(std::move(script)), front(upstream.port(), tmux, more) {}

  TmuxServer tmux;
  ScriptedUpstream upstream;
  Fronted front;

  std::uint16_t port() const { return front.gate.port(); }
};

struct CoderWorld {
  explicit CoderWorld(const Gate::Settings& more = {}, const std::vector<std::string>& flags = {})
      : standin(tmux, flags), front(standin.port(), tmux, more) {}

  TmuxServer tmux;
  Standin standin;
  Fronted front;

  std::uint16_t port() const { return front.gate.port(); }
  // Until the stand-in is done with every connection: what it has not done by then it will not do.
  void wait_until_idle() const {
    eventually("the stand-in has closed all connections",
               [&] { return standin.stats().open == 0; });
  }
};

inline const std::string kCreate = "/api/claude/tasks";
inline const std::string kTerminalCreate = "/api/claude/tasks/terminal";
inline const std::string kGet = http_request("GET", "/");
inline const std::string kCreated = "HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}";
inline const std::string kNoContent = "HTTP/1.1 204 No Content\r\n\r\n";

inline std::string answer_of(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace taskgate::test
