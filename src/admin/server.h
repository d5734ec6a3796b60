// The admin port; what it answers is in endpoints.h. It reads only: whatever changes the gate comes
// by signal from its own container, since the pod's agents can reach every TCP port.
//
// One thread carries all connections as coroutines; one request each, no keep-alive. A connection
// that says nothing costs a descriptor and a few kilobytes, never a thread, is closed when its
// lifetime is over, and gives way to a newcomer when there are too many: a probe is answered
// however many others sit idle. One whose request is whole is not closed for a newcomer, which
// waits in the listen backlog instead; those who ask the same at the same time share one answer
// (rounds.h), so that a crowd is answered about as soon as one. Answers that have to wait for the
// loop are made on a few more threads, those that also wait for a listing apart from the others.
// Event streams are the one kind that lives on; they are few, counted apart, and what they show is
// looked at once for all of them.
#pragma once

#include <cstdint>
#include <memory>

#include "admin/sources.h"
#include "admin/streams.h"
#include "base/time.h"
#include "config/config.h"

namespace taskgate::admin {

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
