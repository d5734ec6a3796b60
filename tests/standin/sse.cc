#include "standin/sse.h"

#include <algorithm>
#include <thread>

#include "standin/auth.h"
#include "standin/python_json.h"
#include "standin/reads.h"

namespace taskgate::standin {
namespace {

using Clock = std::chrono::steady_clock;

void start_stream(Reply& reply) {
  reply.start(200)
      .field("Content-Type", "text/event-stream")
      .field("Cache-Control", "no-cache")
      .field("X-Accel-Buffering", "no")
      .field("Connection", "keep-alive")
      .end_head();
}

// The socket is never read meanwhile: a client that leaves is noticed by a write that fails.
void stream_events(Exchange& exchange) {
  const Options& options = exchange.server.options;
  EventBus::Listener listener(exchange.server.events);
  start_stream(exchange.reply);
  exchange.reply.body(event_frame("ready", "{}"));
  const auto end = Clock::now() + options.stream_max;
  auto heartbeat = Clock::now() + options.heartbeat;
  while (Clock::now() < end) {
    const auto frame = listener.next(std::min(end, heartbeat));
    if (frame) exchange.reply.body(*frame);
    if (Clock::now() < heartbeat) continue;
    exchange.reply.body(": heartbeat\n\n");
    heartbeat = Clock::now() + options.heartbeat;
  }
  exchange.reply.body(event_frame("end", "timeout"));
}

void stream_task(Exchange& exchange, const std::string& id) {
  Server& server = exchange.server;
  const auto record = server.tasks.find(id);
  if (!record) return exchange.reply.error(404, "Task not found");
  start_stream(exchange.reply);
  const bool live_only = query_value(exchange.target.query, "from") == "live";
  std::string shown = live_only ? server.tmux.capture(session_name(id)) : "";
  std::optional<Clock::time_point> over;
  while (!over || Clock::now() < *over) {
    const std::string screen = server.tmux.capture(session_name(id));
    if (!screen.empty() && screen != shown) {
      exchange.reply.body(event_frame("output", python_json({{"output", screen}})));
    }
    shown = screen;
    const bool running = current_status(server, *server.tasks.find(id)) == "running";
    if (!running && !over) over = Clock::now() + server.options.stream_grace;
    std::this_thread::sleep_for(server.options.stream_poll);
  }
  exchange.reply.body(event_frame("end", current_status(server, *server.tasks.find(id))));
}

}  // namespace

bool serve_events(Exchange& exchange) {
  const std::string& path = exchange.target.read;
  const auto id = id_between(path, "/api/claude/tasks/", "/stream", kTaskId);
  if (path != "/api/events" && !id) return false;
  if (!require_authorization(exchange)) return true;
  if (id) {
    stream_task(exchange, *id);
  } else {
    stream_events(exchange);
  }
  return true;
}

}  // namespace taskgate::standin
