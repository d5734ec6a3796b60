// One question to one tmux server over one connection. Loop thread only.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/task.h"
#include "tmux/failure.h"

namespace taskgate::tmux {

struct Answer {
  enum class Kind : std::uint8_t {
    sessions,   // the server answered: `said` has all its sessions
    no_server,  // nobody listens on the socket: no sessions
    no_file,    // the file is gone
    lost,       // the server ended the connection before its answer was whole
    failed,     // `failure` says why
  };
  Kind kind = Kind::failed;
  std::shared_ptr<const Said> said{};
  Failure failure{};  // `lost` has one too, for the case that a second try is lost as well
};

// Connects, asks and reads until the answer is whole; closes `connection` at its end. Has no
// deadline: the caller decides how long it waits, and by closing `connection` ends the query as
// `lost`. `last`: what was said there before, or null; where the server says it again, that is not
// read again, and given back.
Task<Answer> ask(UnixSocket& connection, const std::string& path, Question question,
                 const std::shared_ptr<const Said>& last);

}  // namespace taskgate::tmux
