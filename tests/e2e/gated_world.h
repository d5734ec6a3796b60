// The gate in front of the stand-in, with a tmux server of their own: the whole of the product.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "support/eventually.h"
#include "support/gate.h"
#include "support/http_message.h"
#include "support/raw_connection.h"
#include "support/standin.h"
#include "support/storm.h"
#include "support/tmux_server.h"

namespace taskgate::test {

inline const std::string kTerminal = "/api/claude/tasks/terminal";

struct GatedWorld {
  explicit GatedWorld(Gate::Settings settings = {}, const std::vector<std::string>& upstream = {},
                      const std::vector<std::string>& arguments = {},
                      const std::vector<std::string>& wrapper = {})
      : standin(tmux, upstream) {
    settings.merge(Gate::in_front_of(standin.port(), tmux.socket()));
    gate = std::make_unique<Gate>(settings, arguments, wrapper);
  }

  GatedWorld(const GatedWorld&) = delete;
  GatedWorld& operator=(const GatedWorld&) = delete;

  TmuxServer tmux;
  Standin standin;
  std::unique_ptr<Gate> gate;

  HttpAnswer ask(const std::string& method, const std::string& target,
                 const std::string& body = "") const {
    return test::ask(gate->port(), http_request(method, target, body));
  }
  HttpAnswer create() const { return ask("POST", kTerminal, "{}"); }
  // Creates until `count` sessions live.
  void fill(int count) const {
    while (tmux.count() < count) {
      const int status = create().status;
      if (status != 201) throw Failure("a create got " + std::to_string(status));
    }
  }
  double metric(const std::string& sample) const { return gate->metric(sample).value_or(-1); }
};

// An event stream of the stand-in, and an echo of raw bytes behind a 101.
inline void begin_stream(RawClient& client) {
  client.send(http_request("GET", "/api/events"));
  client.read_until("event: ready");
}
inline void begin_tunnel(RawClient& client) {
  client.send(
      "GET /api/app-proxy/3000/ws HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\n"
      "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  client.read_until("HTTP/1.1 101 ");
  client.read_head();
}

inline bool says(const HttpAnswer& answer, const std::string& text) {
  return answer.body.find(text) != std::string::npos;
}

}  // namespace taskgate::test
