// One question to one tmux server over one connection.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/task.h"
#include "tmux/failure.h"

namespace taskgate::tmux {

struct Answer {
  enum class Kind : std::uint8_t {
    sessions,   // the server answered: `sessions` are all of them
    no_server,  // nobody listens on the socket: no sessions
    no_file,    // the file is gone
    lost,       // the server ended the connection before its answer was whole
    failed,     // `failure` says why
  };
  Kind kind = Kind::failed;
  std::vector<Session> sessions;
  Failure failure{};  // `lost` has one too, for the case that a second try is lost as well
};

// Connects, asks and reads until the answer is whole; closes `connection` at its end. Has no
// deadline: the caller decides how long it waits, and by closing `connection` ends the query as
// `lost`.
Task<Answer> ask(UnixSocket& connection, const std::string& path, Question question);

}  // namespace taskgate::tmux
