// The two routes of server-sent events. They say `Connection: keep-alive`, and when the stream ends
// the server keeps the socket and serves whatever request comes next on it: the way round a gate
// that lets anything be sent behind one.
#pragma once

#include "standin/server.h"

namespace taskgate::standin {

// GET /api/events and /api/claude/tasks/<id>/stream. True when it was one of them.
bool serve_events(Exchange& exchange);

}  // namespace taskgate::standin
