// What all connections share, and what a handler gets.
#pragma once

#include "standin/counters.h"
#include "standin/events.h"
#include "standin/options.h"
#include "standin/paths.h"
#include "standin/replay_cache.h"
#include "standin/reply.h"
#include "standin/request.h"
#include "standin/tasks.h"
#include "standin/tmux.h"

namespace taskgate::standin {

struct Server {
  explicit Server(const Options& given)
      : options(given), tmux(given.tmux_socket, given.files), tasks(given.state) {}

  const Options options;
  const Tmux tmux;
  TaskStore tasks;
  EventBus events;
  Counters counters;
  ReplayCache deliveries;
};

// One request on its connection's thread.
struct Exchange {
  Server& server;
  Stream& stream;
  const Request& request;
  Target target;
  Reply& reply;
};

}  // namespace taskgate::standin
