// /api/app-proxy/<port>/...: HTTP and WebSocket to a program on the same host;
// /api/terminal-proxy/... to ttyd.
#pragma once

#include "standin/server.h"

namespace taskgate::standin {

// Any method. True when the path is one of these.
//
// GET /api/app-proxy/3000/ws with `Upgrade: websocket` is answered by the stand-in itself, with a
// real 101 and an echo of the raw bytes, so that a tunnel can be tested without a program on port
// 3000.
bool serve_app(Exchange& exchange);

// A page of an app that asks for a path of the host: 302 back below the app's prefix, by the
// Referer.
bool recover_by_referer(Exchange& exchange);

}  // namespace taskgate::standin
