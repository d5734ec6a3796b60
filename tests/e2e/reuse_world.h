// The gate before an upstream that keeps its connections alive.
#pragma once

#include <functional>
#include <string>

#include "e2e/wire_world.h"

namespace taskgate::test {

inline const std::string kFirst = http_request("GET", "/first");

// Longer than any test.
inline Gate::Settings reusing(Gate::Settings more = {}) {
  more.try_emplace("timeouts.upstream_keep_alive", "1h");
  return more;
}

// Answers each request of a connection until the gate ends it.
inline ScriptedUpstream::Script answers(std::function<std::string(const HttpRequest&)> answer) {
  return [answer = std::move(answer)](RawConnection& connection) {
    while (connection.has_more()) connection.send(answer(read_request(connection)));
  };
}
inline ScriptedUpstream::Script answers_all() {
  return answers([](const HttpRequest&) { return kNoContent; });
}
// `/first` in a way of its own, everything else as usual.
inline ScriptedUpstream::Script answers_first(const std::string& answer) {
  return answers([answer](const HttpRequest& request) {
    return request.target == "/first" ? answer : answer_of("usual");
  });
}

}  // namespace taskgate::test
