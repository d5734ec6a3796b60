// A stand-in with a tmux server of its own, and the requests that its tests send.
#pragma once

#include <string>
#include <vector>

#include "support/eventually.h"
#include "support/http_message.h"
#include "support/raw_connection.h"
#include "support/standin.h"
#include "support/tmux_server.h"

namespace taskgate::test {

struct StandinWorld {
  explicit StandinWorld(const std::vector<std::string>& flags = {}) : standin(tmux, flags) {}

  TmuxServer tmux;
  Standin standin;

  std::uint16_t port() const { return standin.port(); }

  HttpAnswer ask(const std::string& method, const std::string& target, const std::string& body = "",
                 const HttpFields& fields = {}) const {
    return test::ask(port(), http_request(method, target, body, fields),
                     method == "HEAD" ? AnswerTo::head : AnswerTo::other);
  }
  // All that comes back until the connection ends.
  std::string raw(const std::string& bytes) const {
    RawClient client(port());
    client.send(bytes);
    return client.read_to_end();
  }
  // Until the stand-in is done with every connection: what it has not done by then it will not do.
  void wait_until_idle() const {
    eventually("the stand-in has closed all connections",
               [&] { return standin.stats().open == 0; });
  }
};

inline const std::string kTerminal = "/api/claude/tasks/terminal";
inline const std::string kClaude = "/api/claude/tasks";

}  // namespace taskgate::test
