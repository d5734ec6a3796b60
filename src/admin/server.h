// The admin port: GET /livez, /readyz, /metrics, /status, /, /events, /config. It reads only:
// whatever changes the gate comes by signal from its own container, since the pod's agents can
// reach every TCP port.
//
// One thread carries all connections as coroutines; one request each, no keep-alive. A connection
// that says nothing costs a descriptor and a few kilobytes, never a thread, is closed when its
// lifetime is over, and gives way to a newcomer when there are too many: a probe is answered
// however many others sit idle. One whose request is whole is not closed for a newcomer, which
// waits in the listen backlog instead; those who ask the same at the same time share one answer
// (rounds.h), so that a crowd is answered about as soon as one. Answers that have to wait for the
// loop are made on a few more threads, those that also wait for a listing apart from the others.
// Event streams are the one kind
// that lives on; they are few, counted apart, and what they show is looked at once for all of them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/time.h"
#include "config/config.h"
#include "observe/metrics.h"
#include "observe/status.h"

namespace taskgate::admin {

// What the server asks of the loop. Called on the server's threads; each call may take until the
// loop answers, but must end by itself: ~Server waits for it.
struct Sources {
  // The state now, with a listing at most a second old; nothing when the loop does not answer in
  // time.
  std::function<std::optional<observe::Status>()> status;
  // The same without asking for a listing, for /readyz.
  std::function<std::optional<observe::Status>()> shallow_status;
  std::function<std::optional<std::string>()> config_yaml;
  const observe::Metrics* metrics;
};

struct StreamLimits {
  std::size_t streams = 16;
  Duration look = std::chrono::seconds(1);  // how often the state is looked at
  // How old the count may be. With looks a second apart this makes one listing each five seconds,
  // which is one in each step of the history.
  Duration listing = std::chrono::seconds(4);
  Duration heartbeat = std::chrono::seconds(5);  // an event at least this often
  Duration stalled = std::chrono::seconds(15);   // a client that does not read is cut
};

class Server {
 public:
  struct Limits {
    // Of a connection that is no event stream, from the accept to its end.
    Duration lifetime = std::chrono::seconds(5);
    std::size_t connections = 128;
    StreamLimits streams;
  };

  // Binds at once; throws std::runtime_error naming the address and the reason.
  Server(const config::Address& address, Sources sources);
  Server(const config::Address& address, Sources sources, Limits limits);
  // Stops and joins.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::uint16_t port() const;  // the one bound, for port 0

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace taskgate::admin
