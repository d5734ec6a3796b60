// An upstream that does exactly what a test says, byte by byte: one thread accepts, each connection
// gets a thread that runs the script on it.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "support/loopback.h"
#include "support/raw_connection.h"
#include "support/spawn.h"

namespace taskgate::test {

class ScriptedUpstream {
 public:
  // Runs on its own thread. When it returns, the connection is closed (FIN); an exception ends it
  // as well and is kept for failures(). It may wait on a Flag that the test sets; such a Flag must
  // outlive the upstream.
  using Script = std::function<void(RawConnection&)>;

  explicit ScriptedUpstream(Script script, int backlog = 128);
  // Ends every script that waits on its connection, and joins.
  ~ScriptedUpstream();
  ScriptedUpstream(const ScriptedUpstream&) = delete;
  ScriptedUpstream& operator=(const ScriptedUpstream&) = delete;

  std::uint16_t port() const { return port_; }
  // Connections accepted so far.
  std::size_t connections() const;
  // All bytes that connection number `index` (from 0, in order of acceptance) has received by the
  // end of its script, which this waits for.
  std::string received(std::size_t index) const;
  // What the scripts threw: usually a Failure that says what did not come.
  std::vector<std::string> failures() const;

 private:
  struct Session {
    RawConnection connection;
    std::string received;
    bool ended = false;
    std::thread thread;
  };

  void accept_all();
  void serve(Session& session);

  Script script_;
  Pipe stop_ = make_pipe();
  Fd listener_;
  std::uint16_t port_;

  mutable std::mutex
      mutex_;  // guards all below, but not the connections: those belong to their threads
  mutable std::condition_variable ended_;
  std::list<Session> sessions_;
  std::vector<std::string> failures_;
  std::thread acceptor_;
};

// A script that reads one whole request and answers with these bytes.
ScriptedUpstream::Script answer_with(std::string bytes);

}  // namespace taskgate::test
